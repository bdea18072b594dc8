// Package places is the registry of regions and towns: names, codes, zones.
// Which regions an installation serves is a table in Postgres; what they are
// called is data in this package (see NOTICE).
package places

import (
	"context"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a distroless image has no zones

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
	"github.com/otklik/otklik/internal/fault"
)

//go:embed regions.csv
var regionsCSV string

//go:embed towns.csv
var townsCSV string

// Region is a subject of the federation.
type Region struct {
	Code     string // ISO 3166-2, "RU-PRI"
	Name     string // in Russian
	NameEN   string
	District string // federal district, in Russian
	OKTMO    string // 8 digits
	Zone     string // IANA name; of the region's capital
}

// Town is a municipality that people name. Zones belong to municipalities:
// a region may have several.
type Town struct {
	OKTMO      string // 8 or 11 digits
	Name       string
	Region     string // code
	Population int    // people
	Lat, Lon   float64
	Zone       string // IANA name
}

// Registry is the parsed data. Its slices are not to be changed.
type Registry struct {
	Regions []Region // by code
	Towns   []Town   // by region and name
	byCode  map[string]int
	zones   map[string]*time.Location
}

// Load parses the embedded data. An error is a defect of the build.
func Load() (*Registry, error) {
	r := &Registry{byCode: map[string]int{}, zones: map[string]*time.Location{}}
	rows, err := table(regionsCSV, 6)
	if err != nil {
		return nil, err
	}
	for _, f := range rows {
		r.byCode[f[0]] = len(r.Regions)
		r.Regions = append(r.Regions, Region{f[0], f[1], f[2], f[3], f[4], f[5]})
		if err := r.zone(f[5]); err != nil {
			return nil, err
		}
	}
	rows, err = table(townsCSV, 7)
	if err != nil {
		return nil, err
	}
	for _, f := range rows {
		region, ok := r.Find(f[2])
		if !ok {
			return nil, fmt.Errorf("town %s: region %s is unknown", f[1], f[2])
		}
		t := Town{OKTMO: f[0], Name: f[1], Region: f[2], Zone: f[6]}
		t.Population, _ = strconv.Atoi(f[3])
		t.Lat, _ = strconv.ParseFloat(f[4], 64)
		t.Lon, _ = strconv.ParseFloat(f[5], 64)
		if t.Zone == "" {
			t.Zone = region.Zone
		}
		if err := r.zone(t.Zone); err != nil {
			return nil, err
		}
		r.Towns = append(r.Towns, t)
	}
	return r, nil
}

func table(text string, fields int) ([][]string, error) {
	c := csv.NewReader(strings.NewReader(text))
	c.FieldsPerRecord = fields
	rows, err := c.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("places: %w", err)
	}
	return rows[1:], nil
}

func (r *Registry) zone(name string) error {
	if r.zones[name] != nil {
		return nil
	}
	l, err := time.LoadLocation(name)
	if err != nil {
		return fmt.Errorf("places: %w", err)
	}
	r.zones[name] = l
	return nil
}

// Find gives a region by its code.
func (r *Registry) Find(code string) (Region, bool) {
	i, ok := r.byCode[code]
	if !ok {
		return Region{}, false
	}
	return r.Regions[i], true
}

// Known says whether a region code exists.
func (r *Registry) Known(code string) bool { _, ok := r.byCode[code]; return ok }

// Location is the zone of a region's capital; Moscow's for an unknown code.
func (r *Registry) Location(code string) *time.Location {
	if region, ok := r.Find(code); ok {
		return r.zones[region.Zone]
	}
	return r.zones["Europe/Moscow"]
}

// TownLocation is the zone of a municipality by its OKTMO, else its region's.
func (r *Registry) TownLocation(oktmo, region string) *time.Location {
	for _, t := range r.Towns {
		if t.OKTMO == oktmo && t.Region == region {
			return r.zones[t.Zone]
		}
	}
	return r.Location(region)
}

// In gives the towns of a region, the largest first.
func (r *Registry) In(region string) []Town {
	var out []Town
	for _, t := range r.Towns {
		if t.Region == region {
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b Town) int { return b.Population - a.Population })
	return out
}

// Store knows which regions the installation serves.
type Store struct {
	Pool     *pgxpool.Pool
	Registry *Registry
	Now      func() time.Time
}

// Served gives the regions that are switched on, by federal district and name.
func (s *Store) Served(ctx context.Context) ([]Region, error) {
	rows, err := s.Pool.Query(ctx, `SELECT code FROM region WHERE served`)
	if err != nil {
		return nil, fmt.Errorf("regions: %w", err)
	}
	defer rows.Close()
	var out []Region
	for rows.Next() {
		var code string
		if err := rows.Scan(&code); err != nil {
			return nil, err
		}
		if r, ok := s.Registry.Find(code); ok {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b Region) int {
		if c := strings.Compare(a.District, b.District); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out, rows.Err()
}

// Serve switches a region on or off. What it has stays.
func (s *Store) Serve(ctx context.Context, who access.Person, code string, served bool) error {
	if !s.Registry.Known(code) {
		return fault.Fields(fault.Field{Path: "code", Message: fmt.Sprintf("region %q is unknown; a code looks like RU-PRI", code)})
	}
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO region (code, served) VALUES ($1, $2)
			ON CONFLICT (code) DO UPDATE SET served = excluded.served WHERE region.served <> excluded.served`, code, served)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return audit.Write(ctx, tx, audit.Event{At: s.Now(), Who: who.ID, By: who.Name, Thing: audit.Region, Of: code, Name: code, Kind: audit.Changed,
			Regions: []string{code}, Changes: audit.Changes{"served": {Was: !served, Is: served}}})
	})
	if err != nil {
		return fmt.Errorf("region %s: %w", code, err)
	}
	return nil
}
