package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/incidents/deadline"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/routing"
	"github.com/otklik/otklik/internal/fault"
)

const agencyColumns = `id, region, name, kind, email, webhook_url, webhook_secret, shifts, is_default, active`

func scanAgency(row pgx.CollectableRow) (incident.Agency, error) {
	var a incident.Agency
	err := row.Scan(&a.ID, &a.Region, &a.Name, &a.Kind, &a.Email, &a.WebhookURL, &a.WebhookSecret, &a.Shifts, &a.Default, &a.Active)
	return a, err
}

// settings are what a transaction has read of what regions have set up: a
// batch of matches asks for it again and again. They end with whatever changes
// them, and with the role that read them.
type settings struct {
	agencies map[string][]incident.Agency // of a region, as the system sees them
	agency   map[int64]incident.Agency
	routes   map[string]RouteTree
	presets  map[string][]RegionPreset
}

// keep remembers a setting.
func keep[K comparable, V any](in *map[K]V, key K, v V) {
	if *in == nil {
		*in = map[K]V{}
	}
	(*in)[key] = v
}

// Agencies gives those of a region, or of all regions of the view for "". The
// secrets are in them: they are for the system.
func (t *Tx) Agencies(ctx context.Context, v View, region string) ([]incident.Agency, error) {
	if len(v.visibility) == 0 {
		return nil, nil
	}
	if as, ok := t.settings.agencies[region]; ok && v.system {
		return as, nil
	}
	rows, err := t.tx.Query(ctx, `SELECT `+agencyColumns+` FROM agency WHERE ($1 OR region = ANY($2::text[])) AND ($3 = '' OR region = $3) ORDER BY region, name`,
		v.all, v.regions, region)
	if err != nil {
		return nil, fmt.Errorf("agencies: %w", err)
	}
	as, err := pgx.CollectRows(rows, scanAgency)
	if err != nil {
		return nil, fmt.Errorf("agencies: %w", err)
	}
	if v.system {
		keep(&t.settings.agencies, region, as)
		for _, a := range as {
			keep(&t.settings.agency, a.ID, a)
		}
	}
	return as, nil
}

// Agency gives one, or fault.NotFound.
func (t *Tx) Agency(ctx context.Context, id int64) (incident.Agency, error) {
	if a, ok := t.settings.agency[id]; ok {
		return a, nil
	}
	rows, err := t.tx.Query(ctx, `SELECT `+agencyColumns+` FROM agency WHERE id = $1`, id)
	if err != nil {
		return incident.Agency{}, fmt.Errorf("agency %d: %w", id, err)
	}
	a, err := pgx.CollectExactlyOneRow(rows, scanAgency)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, fault.New(fault.NotFound, "there is no agency %d", id)
	}
	if err != nil {
		return a, fmt.Errorf("agency %d: %w", id, err)
	}
	keep(&t.settings.agency, id, a)
	return a, nil
}

// PutAgency creates (ID 0) or replaces an agency and gives its id. The default
// agency of the region stops being it when this one is.
func (t *Tx) PutAgency(ctx context.Context, a incident.Agency, by string, now time.Time) (int64, error) {
	t.settings = settings{}
	if a.Default {
		if _, err := t.tx.Exec(ctx, `UPDATE agency SET is_default = false WHERE region = $1 AND is_default AND id <> $2`, a.Region, a.ID); err != nil {
			return 0, fmt.Errorf("agency: %w", err)
		}
	}
	var shifts any
	if len(a.Shifts) > 0 {
		shifts = a.Shifts
	}
	args := []any{a.Region, a.Name, a.Kind, a.Email, a.WebhookURL, a.WebhookSecret, shifts, a.Default, a.Active, now, by}
	q := `INSERT INTO agency (region, name, kind, email, webhook_url, webhook_secret, shifts, is_default, active, changed_at, changed_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`
	if a.ID != 0 {
		q = `UPDATE agency SET region = $1, name = $2, kind = $3, email = $4, webhook_url = $5, webhook_secret = $6, shifts = $7, is_default = $8,
			active = $9, changed_at = $10, changed_by = $11 WHERE id = $12 RETURNING id`
		args = append(args, a.ID)
	}
	err := t.tx.QueryRow(ctx, q, args...).Scan(&a.ID)
	switch {
	case unique(err, "agency_name"):
		return 0, fault.Fields(fault.Field{Path: "name", Message: "the region has an agency of this name"})
	case errors.Is(err, pgx.ErrNoRows):
		return 0, fault.New(fault.NotFound, "there is no agency %d", a.ID)
	case err != nil:
		return 0, fmt.Errorf("agency: %w", err)
	}
	return a.ID, nil
}

// Load is what an agency has to do.
type Load struct {
	Agency  int64 `json:"agency"`
	Open    int64 `json:"open"`    // incidents about which somebody still owes something
	Overdue int64 `json:"overdue"` // of them
}

// Load gives the agencies that have open incidents within a view.
func (t *Tx) Load(ctx context.Context, v View, now time.Time) ([]Load, error) {
	args := []any{now}
	rows, err := t.tx.Query(ctx, `SELECT i.agency, count(*), count(*) FILTER (WHERE i.due < $1) FROM incident i
		WHERE i.is_open AND i.agency IS NOT NULL AND `+v.where(&args)+` GROUP BY i.agency ORDER BY i.agency`, args...)
	if err != nil {
		return nil, fmt.Errorf("load of agencies: %w", err)
	}
	ls, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Load])
	if err != nil {
		return nil, fmt.Errorf("load of agencies: %w", err)
	}
	return ls, nil
}

const ruleColumns = `id, region, search, name, mode, severity, preset, coalesce(agency, 0), enabled, open_for_backfill`

func scanRule(row pgx.CollectableRow) (incident.Rule, error) {
	var r incident.Rule
	err := row.Scan(&r.ID, &r.Region, &r.Search, &r.Name, &r.Mode, &r.Severity, &r.Preset, &r.Agency, &r.Enabled, &r.OpenForBackfill)
	return r, err
}

func (t *Tx) rules(ctx context.Context, where string, args ...any) ([]incident.Rule, error) {
	rows, err := t.tx.Query(ctx, `SELECT `+ruleColumns+` FROM rule WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	rs, err := pgx.CollectRows(rows, scanRule)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	return rs, nil
}

// RulesFor gives the enabled rules of searches in regions; the one that counts
// first: auto before suggest, older before newer.
func (t *Tx) RulesFor(ctx context.Context, regions []string, searches []int64) ([]incident.Rule, error) {
	return t.rules(ctx, `enabled AND region = ANY($1::text[]) AND search = ANY($2::bigint[]) ORDER BY mode, id`, regions, searches)
}

// Rules gives those of a region, or of all regions of the view for "".
func (t *Tx) Rules(ctx context.Context, v View, region string) ([]incident.Rule, error) {
	if len(v.visibility) == 0 {
		return nil, nil
	}
	return t.rules(ctx, `($1 OR region = ANY($2::text[])) AND ($3 = '' OR region = $3) ORDER BY region, id`, v.all, v.regions, region)
}

// Rule gives one, or fault.NotFound.
func (t *Tx) Rule(ctx context.Context, id int64) (incident.Rule, error) {
	rs, err := t.rules(ctx, `id = $1`, id)
	if err != nil {
		return incident.Rule{}, err
	}
	if len(rs) == 0 {
		return incident.Rule{}, fault.New(fault.NotFound, "there is no rule %d", id)
	}
	return rs[0], nil
}

// PutRule creates (ID 0) or replaces a rule and gives its id.
func (t *Tx) PutRule(ctx context.Context, r incident.Rule, by string, now time.Time) (int64, error) {
	args := []any{r.Region, r.Search, r.Name, r.Mode, r.Severity, r.Preset, r.Agency, r.Enabled, r.OpenForBackfill, now, by}
	q := `INSERT INTO rule (region, search, name, mode, severity, preset, agency, enabled, open_for_backfill, changed_at, changed_by)
		VALUES ($1, $2, $3, $4, $5, $6, NULLIF($7::bigint, 0), $8, $9, $10, $11) RETURNING id`
	if r.ID != 0 {
		q = `UPDATE rule SET region = $1, search = $2, name = $3, mode = $4, severity = $5, preset = $6, agency = NULLIF($7::bigint, 0), enabled = $8,
			open_for_backfill = $9, changed_at = $10, changed_by = $11 WHERE id = $12 RETURNING id`
		args = append(args, r.ID)
	}
	if err := t.tx.QueryRow(ctx, q, args...).Scan(&r.ID); err != nil {
		return 0, fmt.Errorf("rule: %w", err)
	}
	return r.ID, nil
}

// DeleteRule removes a rule; incidents that it opened keep its number.
func (t *Tx) DeleteRule(ctx context.Context, id int64) error {
	if _, err := t.tx.Exec(ctx, `DELETE FROM rule WHERE id = $1`, id); err != nil {
		return fmt.Errorf("rule %d: %w", id, err)
	}
	return nil
}

// Route gives a region's tree; one that was never saved is empty, version 0.
func (t *Tx) Route(ctx context.Context, region string) (RouteTree, error) {
	if r, ok := t.settings.routes[region]; ok {
		return r, nil
	}
	r := RouteTree{Region: region}
	var raw []byte
	err := t.tx.QueryRow(ctx, `SELECT version, tree, updated_at, updated_by FROM route WHERE region = $1`, region).Scan(&r.Version, &raw, &r.UpdatedAt, &r.UpdatedBy)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		err = nil
	case err == nil:
		r.UpdatedAt = r.UpdatedAt.UTC()
		err = json.Unmarshal(raw, &r.Tree)
	}
	if err != nil {
		return r, fmt.Errorf("route of %s: %w", region, err)
	}
	keep(&t.settings.routes, region, r)
	return r, nil
}

// PutRoute saves a tree over a version; fault.Conflict when that is not the
// present one.
func (t *Tx) PutRoute(ctx context.Context, region string, version int, tree routing.Node, by string, now time.Time) error {
	t.settings = settings{}
	tag, err := t.tx.Exec(ctx, `INSERT INTO route AS r (region, version, tree, updated_at, updated_by) SELECT $1, 1, $3, $4, $5 WHERE $2 = 0
		ON CONFLICT DO NOTHING`, region, version, tree, now, by)
	if err == nil && version != 0 {
		tag, err = t.tx.Exec(ctx, `UPDATE route SET version = version + 1, tree = $3, updated_at = $4, updated_by = $5 WHERE region = $1 AND version = $2`,
			region, version, tree, now, by)
	}
	if err != nil {
		return fmt.Errorf("route of %s: %w", region, err)
	}
	if tag.RowsAffected() == 0 {
		r, err := t.Route(ctx, region)
		if err != nil {
			return err
		}
		return fault.Changed("the route of %s is at version %d, not %d; %s saved it at %s", region, r.Version, version, r.UpdatedBy, r.UpdatedAt.Format("2006-01-02 15:04"))
	}
	return nil
}

// RegionPreset is a preset as a region has it.
type RegionPreset struct {
	deadline.Preset
	Version   int        `json:"version"`  // 0: as an installation begins with it
	BuiltIn   bool       `json:"built_in"` // an installation begins with one of this name
	ChangedAt *time.Time `json:"changed_at,omitempty"`
	ChangedBy string     `json:"changed_by,omitempty"`
}

// RegionPresets gives the built-in presets as a region has changed them, and its own.
func (t *Tx) RegionPresets(ctx context.Context, region string) ([]RegionPreset, error) {
	if ps, ok := t.settings.presets[region]; ok {
		return ps, nil
	}
	rows, err := t.tx.Query(ctx, `SELECT data, version, changed_at, changed_by FROM preset WHERE region = $1 ORDER BY name`, region)
	if err != nil {
		return nil, fmt.Errorf("presets of %s: %w", region, err)
	}
	own, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (RegionPreset, error) {
		var p RegionPreset
		var at time.Time
		err := row.Scan(&p.Preset, &p.Version, &at, &p.ChangedBy)
		at = at.UTC()
		p.ChangedAt = &at
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("presets of %s: %w", region, err)
	}
	var out []RegionPreset
	for _, p := range deadline.Presets() {
		out = append(out, RegionPreset{Preset: p, BuiltIn: true})
	}
	for _, p := range own {
		i := slices.IndexFunc(out, func(x RegionPreset) bool { return x.Name == p.Name })
		if i < 0 {
			out = append(out, p)
			continue
		}
		p.BuiltIn = true
		out[i] = p
	}
	keep(&t.settings.presets, region, out)
	return out, nil
}

// Presets gives the same without who changed them.
func (t *Tx) Presets(ctx context.Context, region string) ([]deadline.Preset, error) {
	rs, err := t.RegionPresets(ctx, region)
	if err != nil {
		return nil, err
	}
	ps := make([]deadline.Preset, len(rs))
	for i, r := range rs {
		ps[i] = r.Preset
	}
	return ps, nil
}

// PutPreset saves a region's preset over a version, 0 for one that the region
// has not changed or made yet; fault.Conflict when that is not the present one.
func (t *Tx) PutPreset(ctx context.Context, region string, version int, p deadline.Preset, by string, now time.Time) error {
	t.settings = settings{}
	q := `INSERT INTO preset (region, name, data, changed_at, changed_by, version) VALUES ($1, $2, $3, $4, $5, $6 + 1) ON CONFLICT DO NOTHING`
	if version != 0 {
		q = `UPDATE preset SET data = $3, changed_at = $4, changed_by = $5, version = version + 1 WHERE region = $1 AND name = $2 AND version = $6`
	}
	tag, err := t.tx.Exec(ctx, q, region, p.Name, p, now, by, version)
	if err != nil {
		return fmt.Errorf("preset %s of %s: %w", p.Name, region, err)
	}
	if tag.RowsAffected() == 0 {
		return t.presetConflict(ctx, region, p.Name, version)
	}
	return nil
}

// DeletePreset takes back what a region made of a preset in a version.
func (t *Tx) DeletePreset(ctx context.Context, region, name string, version int) error {
	t.settings = settings{}
	tag, err := t.tx.Exec(ctx, `DELETE FROM preset WHERE region = $1 AND name = $2 AND version = $3`, region, name, version)
	if err != nil {
		return fmt.Errorf("preset %s of %s: %w", name, region, err)
	}
	if tag.RowsAffected() == 0 {
		return t.presetConflict(ctx, region, name, version)
	}
	return nil
}

func (t *Tx) presetConflict(ctx context.Context, region, name string, version int) error {
	ps, err := t.RegionPresets(ctx, region)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(ps, func(p RegionPreset) bool { return p.Name == name && p.Version > 0 })
	if i < 0 {
		return fault.New(fault.NotFound, "region %s has no preset %q of its own", region, name)
	}
	p := ps[i]
	return fault.Changed("preset %q is at version %d, not %d; %s saved it at %s", name, p.Version, version, p.ChangedBy, p.ChangedAt.Format("2006-01-02 15:04"))
}
