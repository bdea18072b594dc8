// Package simulate invents a living region: residents, town halls, newspapers
// and rumours, and serves them over real HTTP in the markup of real networks,
// so that a demonstration and tests crawl with the real adapters. Nothing in
// it is copied from anybody.
package simulate

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"unicode"
)

//go:embed templates.txt
var templatesText string

// Kind is who writes a text.
type Kind string

const (
	Resident Kind = "resident"
	Official Kind = "official"
	News     Kind = "news"
	Rumour   Kind = "rumour"
)

// Story is one invented text and what it was made from.
type Story struct {
	Topic string // "heating", "roads", …
	Kind  Kind
	Text  string

	template node
	scene    map[string]string
}

// Town is a place in the forms that texts need.
type Town struct {
	Name string // Владивосток
	In   string // во Владивостоке
	Of   string // Владивостока
}

// The demonstration's towns are those of Primorsky Krai; streets, companies,
// schools and people are invented.
var towns = []Town{
	{"Владивосток", "во Владивостоке", "Владивостока"},
	{"Уссурийск", "в Уссурийске", "Уссурийска"},
	{"Находка", "в Находке", "Находки"},
	{"Артём", "в Артёме", "Артёма"},
	{"Арсеньев", "в Арсеньеве", "Арсеньева"},
	{"Спасск-Дальний", "в Спасске-Дальнем", "Спасска-Дальнего"},
}

// Streets are named in the genitive, so that «на Гоголя» is right as it stands.
var (
	streets   = strings.Fields("Гоголя Пушкина Кирова Чапаева Мира Победы Строителей Космонавтов Лермонтова Некрасова Гагарина Калинина Фрунзе Суворова Толстого Чехова Жуковского Менделеева Ломоносова Энергетиков Металлургов Садовников Рыбаков Моряков Геологов Учителей")
	districts = []string{"Заречном районе", "Северном микрорайоне", "посёлке Заводском", "Нагорном районе", "микрорайоне Сосновом", "Приморском микрорайоне", "Старом городе"}
	companies = []string{"Уютный дом", "Жилсервис-Восток", "Комфорт-7", "Новый двор", "Тихая гавань", "ДомСервис"}
	stops     = []string{"Вокзал", "Рынок", "Школьная", "Третья Рабочая", "Больничный городок", "Политехникум", "Дачная"}
)

type topic struct {
	name  string
	kind  Kind
	texts []node
}

// Teller invents stories; the same seed tells the same ones. Not safe for
// concurrent use.
type Teller struct {
	rng    *rand.Rand
	topics []topic
}

// NewTeller reads the templates. An error is a defect of the build.
func NewTeller(seed uint64) (*Teller, error) {
	t := &Teller{rng: rand.New(rand.NewPCG(seed, 0x0417))}
	for i, line := range strings.Split(templatesText, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "# "):
		case strings.HasPrefix(line, "@"):
			name, kind, ok := strings.Cut(line[1:], " ")
			if !ok {
				return nil, fmt.Errorf("templates.txt:%d: want @topic kind", i+1)
			}
			t.topics = append(t.topics, topic{name: name, kind: Kind(kind)})
		default:
			n, err := parse(line)
			if err != nil {
				return nil, fmt.Errorf("templates.txt:%d: %w", i+1, err)
			}
			last := &t.topics[len(t.topics)-1]
			last.texts = append(last.texts, n)
		}
	}
	return t, nil
}

// Tell invents a story of one of the kinds, of any kind when none is given.
func (t *Teller) Tell(town Town, kinds ...Kind) Story {
	var from []topic
	for _, c := range t.topics {
		if len(kinds) == 0 {
			from = append(from, c)
		}
		for _, k := range kinds {
			if c.kind == k {
				from = append(from, c)
			}
		}
	}
	c := from[t.rng.IntN(len(from))]
	s := Story{Topic: c.name, Kind: c.kind, template: c.texts[t.rng.IntN(len(c.texts))], scene: t.scene(town)}
	return t.Retell(s)
}

// Retell says the same of the same place in other words: a reworded copy.
func (t *Teller) Retell(s Story) Story {
	var b strings.Builder
	s.template.write(&b, t.rng, s.scene)
	s.Text = sentences(b.String())
	return s
}

// Town picks one of the region's towns; the first is the largest and the most
// frequent.
func (t *Teller) Town() Town {
	return towns[min(t.rng.IntN(len(towns)), t.rng.IntN(len(towns)))]
}

func (t *Teller) scene(town Town) map[string]string {
	between := func(lo, hi int) string { return strconv.Itoa(lo + t.rng.IntN(hi-lo+1)) }
	pick := func(from []string) string { return from[t.rng.IntN(len(from))] }
	return map[string]string{
		"town": town.Name, "townin": town.In, "townGen": town.Of,
		"tag":    strings.ReplaceAll(town.Name, "-", "_"),
		"street": pick(streets), "ulitse": "улице", "ulitsy": "улицы", "ulitsaUp": "Улица",
		"district": pick(districts), "uk": pick(companies), "stop": pick(stops),
		"house": between(1, 97), "school": between(1, 60), "kinder": between(1, 120), "clinic": between(1, 9),
		"bus": between(2, 49), "bus2": between(50, 99), "temp": between(9, 16), "n": between(5, 19),
		"hours": between(2, 4), "percent": between(5, 19), "day": between(2, 28),
		"time": between(8, 21) + ":" + []string{"00", "15", "30", "45"}[t.rng.IntN(4)],
	}
}

// sentences gives each sentence its capital letter and puts spaces in order.
func sentences(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	for _, p := range []string{" .", " ,", " !", " ?", " :"} {
		s = strings.ReplaceAll(s, p, p[1:])
	}
	out := []rune(s)
	start := true
	for i, r := range out {
		switch {
		case start && unicode.IsLetter(r):
			out[i], start = unicode.ToUpper(r), false
		case start && (unicode.IsDigit(r) || r == '#'): // a tag keeps its case
			start = false
		case (r == '.' || r == '!' || r == '?') && (i+1 == len(out) || out[i+1] == ' '):
			start = true
		}
	}
	return string(out)
}
