package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/simulate"
)

const (
	demoRegion = "RU-PRI"
	demoSeed   = 2611
	demoPace   = 4 * time.Second
	demoEvery  = 5 * time.Second // a channel is read; polite to nobody but ourselves
)

// demoFile keeps when the invented region began, so that it goes on as the
// same one after a restart: its posts keep their numbers.
const demoFile = "demo.json"

// openDemo starts serving the invented region on the loopback and gives the
// role that keeps it alive. The real adapters crawl it: only where their
// connections lead is changed, here and for its own hosts alone.
func (a *App) openDemo(ctx context.Context) (role, error) {
	begin, err := a.demoBegin()
	if err != nil {
		return nil, err
	}
	r, err := simulate.NewRegion(demoSeed, begin, demoPace, a.now)
	if err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a.config.TelegramURL = "http://" + l.Addr().String()
	own := []string{l.Addr().String()}
	for _, c := range simulate.Channels() {
		own = append(own, c.Host())
	}
	a.adapters = a.newAdapters(demoClient(a.web, l.Addr().String()), own...)
	if err := a.seedDemo(ctx); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return func(ctx context.Context) error { return runRegion(ctx, r, l) }, nil
}

// demoClient leads the invented region's hosts to its listener; every other
// address stays guarded.
func demoClient(guarded *http.Client, address string) *http.Client {
	t := guarded.Transport.(*http.Transport).Clone()
	elsewhere := t.DialContext
	t.DialContext = func(ctx context.Context, network, to string) (net.Conn, error) {
		host, _, _ := net.SplitHostPort(to)
		if to == address || strings.HasSuffix(host, simulate.Domain) {
			return new(net.Dialer).DialContext(ctx, network, address)
		}
		return elsewhere(ctx, network, to)
	}
	c := *guarded
	c.Transport = t
	return &c
}

func (a *App) demoBegin() (time.Time, error) {
	var kept struct {
		Begin time.Time `json:"begin"`
	}
	path := filepath.Join(a.config.Data, demoFile)
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &kept)
		return kept.Begin, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return kept.Begin, err
	}
	kept.Begin = a.now().UTC().Truncate(time.Second)
	if b, err = json.Marshal(kept); err != nil {
		return kept.Begin, err
	}
	if err := os.MkdirAll(a.config.Data, 0o755); err != nil {
		return kept.Begin, err
	}
	return kept.Begin, os.WriteFile(path, b, 0o644)
}

// topic is a problem that the demonstration looks after.
type topic struct {
	name, query, agency string
	mode                incident.Mode
	severity            incident.Severity
}

func demoTopics() []topic {
	return []topic{
		{"Отопление", `(отопление | батареи | теплотрасса | котельная | [нет тепла]) -"сообщают"`, "Теплосети Приморья", incident.Auto, incident.Raised},
		{"Вода", `([нет воды] | [отключили воду] | водопровод | [ржавая вода] | [горячая вода]) -"сообщают"`, "Водоканал", incident.Auto, incident.Normal},
		{"Дороги", `яма | выбоина | гололёд | [снег не убирают] | ливнёвка`, "Дорожная служба", incident.Suggest, incident.Normal},
		{"Освещение", `фонари | освещение`, "Горсвет", incident.Suggest, incident.Low},
		{"Мусор", `мусор | свалка | контейнеры`, "Региональный оператор", incident.Suggest, incident.Normal},
		{"Школы и детские сады", `школа | садик | [детский сад] | травля`, "Министерство образования", incident.Suggest, incident.Raised},
		{"Здоровье", `поликлиника | скорая | аптека | лекарства`, "Министерство здравоохранения", incident.Suggest, incident.Raised},
	}
}

// seedDemo makes what is missing: sources, agencies, searches and rules.
func (a *App) seedDemo(ctx context.Context) error {
	who := access.Person{Name: "demonstration", Role: access.Administrator, Regions: []string{"*"}, Sealed: true}
	if err := a.seedSources(ctx, who); err != nil {
		return err
	}
	agencies, err := a.seedAgencies(ctx, who)
	if err != nil {
		return err
	}
	return a.seedRules(ctx, who, agencies)
}

func (a *App) seedSources(ctx context.Context, who access.Person) error {
	have, err := a.sources.List(ctx, who.Scope(), 0, 500)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, s := range have {
		there[s.Address] = true
	}
	for _, c := range simulate.Channels() {
		d := schedule.Draft{Network: "telegram", Address: c.Name, Regions: []string{demoRegion}, Every: demoEvery, Backfill: 400, Enabled: true}
		if c.Feed {
			d.Network, d.Address = "rss", "http://"+c.Host()+c.Path()
		}
		if there[d.Address] {
			continue
		}
		if _, err := a.sources.Add(ctx, who, d); err != nil {
			return fmt.Errorf("source %s: %w", d.Address, err)
		}
	}
	return nil
}

func (a *App) seedAgencies(ctx context.Context, who access.Person) (map[string]int64, error) {
	have, err := a.desk.Agencies(ctx, who, demoRegion)
	if err != nil {
		return nil, err
	}
	ids := map[string]int64{}
	for _, g := range have {
		ids[g.Name] = g.ID
	}
	for _, name := range append([]string{"Администрация края"}, demoAgencies()...) {
		if ids[name] != 0 {
			continue
		}
		g, err := a.desk.PutAgency(ctx, who, incident.Agency{Region: demoRegion, Name: name, Kind: "вымышленная", Default: name == "Администрация края", Active: true})
		if err != nil {
			return nil, fmt.Errorf("agency %s: %w", name, err)
		}
		ids[name] = g.ID
	}
	return ids, nil
}

func demoAgencies() []string {
	var out []string
	for _, t := range demoTopics() {
		out = append(out, t.agency)
	}
	return out
}

func (a *App) seedRules(ctx context.Context, who access.Person, agencies map[string]int64) error {
	searches, err := a.searches.List(ctx, who.Scope(), 0, 500)
	if err != nil {
		return err
	}
	ids := map[string]int64{}
	for _, s := range searches {
		ids[s.Name] = s.ID
	}
	rules, err := a.desk.Rules(ctx, who, demoRegion)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, r := range rules {
		there[r.Name] = true
	}
	for _, t := range demoTopics() {
		if ids[t.name] == 0 {
			s, err := a.searches.Create(ctx, who, standing.Draft{Name: t.name, Query: t.query, Zone: "Asia/Vladivostok", Regions: []string{demoRegion}})
			if err != nil {
				return fmt.Errorf("search %s: %w", t.name, err)
			}
			ids[t.name] = s.ID
		}
		if there[t.name] {
			continue
		}
		r := incident.Rule{Region: demoRegion, Search: ids[t.name], Name: t.name, Mode: t.mode, Severity: t.severity, Agency: agencies[t.agency], Enabled: true}
		if _, err := a.desk.PutRule(ctx, who, r); err != nil {
			return fmt.Errorf("rule %s: %w", t.name, err)
		}
	}
	return nil
}
