// Package audit keeps who changed what outside incidents, which have a trail of
// their own: people and their ways in, tokens, searches, rules, routes, presets,
// agencies, sources, regions, the glossary. Whoever changes something writes the event in the
// same transaction. Events are never changed.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Thing is a kind of thing that people change.
type Thing string

// The things.
const (
	Person   Thing = "person"
	Token    Thing = "token"
	Search   Thing = "search"
	Rule     Thing = "rule"
	Route    Thing = "route"
	Preset   Thing = "preset"
	Agency   Thing = "agency"
	Source   Thing = "source"
	Region   Thing = "region"
	Glossary Thing = "glossary"
)

// Things are all of them.
func Things() []Thing {
	return []Thing{Person, Token, Search, Rule, Route, Preset, Agency, Source, Region, Glossary}
}

// Kind is what happened.
type Kind string

// The kinds that any thing may have, and those of people alone.
const (
	Created  Kind = "created"
	Changed  Kind = "changed"
	Removed  Kind = "removed"
	Revoked  Kind = "revoked"  // a token
	Restored Kind = "restored" // what was removed
	Read     Kind = "read"     // a source was asked for at once
	Tested   Kind = "tested"   // an agency was sent a message

	SignedIn     Kind = "signed_in"
	SignedOut    Kind = "signed_out"
	SessionEnded Kind = "session_ended"
	Linked       Kind = "linked" // with a provider's name for them
	Language     Kind = "language"
	Password     Kind = "password"
	TOTPOn       Kind = "totp_on"
	TOTPOff      Kind = "totp_off"
)

// Event says that something was changed.
type Event struct {
	ID      int64
	At      time.Time
	Who     int64  // 0: nobody who was signed in
	By      string // their name then
	Address string // of the network, where somebody signed in
	Thing   Thing
	Of      string   // id of the thing
	Name    string   // that it had
	Kind    Kind     //
	Regions []string // that the thing had, before or after; "*" is all
	Sealed  bool     // it shows what is sealed
	Person  int64    // whom it is about, where it is about somebody
	Changes Changes
}

// Changes are the fields that have another value than before. Secrets are never
// among them.
type Changes map[string]Change

// Change is the value of a field before, and after: absent where it had none. A
// value that is too long is {"bytes": …, "sha256": …}.
type Change struct {
	Was any `json:"was,omitempty"`
	Is  any `json:"is,omitempty"`
}

// State is what there is to say of a thing at a time.
type State struct {
	Regions []string // that it is of; "*" is all
	Sealed  bool     // whoever may not see what is sealed may not see this
	Facts   any      // a JSON object; no secrets
}

// Record writes that a thing was made (was is nil), changed, or removed (is is
// nil): which facts have another value than before.
func Record(ctx context.Context, tx Execer, e Event, was, is *State) error {
	before, err := was.fields()
	if err != nil {
		return err
	}
	after, err := is.fields()
	if err != nil {
		return err
	}
	e.Changes = maps.Clone(e.Changes)
	if e.Changes == nil {
		e.Changes = Changes{}
	}
	for name := range after {
		if c := (Change{Was: before[name], Is: after[name]}); !reflect.DeepEqual(c.Was, c.Is) {
			e.Changes[name] = c
		}
	}
	for name, v := range before {
		if _, ok := after[name]; !ok {
			e.Changes[name] = Change{Was: v}
		}
	}
	for _, s := range []*State{was, is} {
		if s != nil {
			e.Regions, e.Sealed = append(slices.Clone(e.Regions), s.Regions...), e.Sealed || s.Sealed
		}
	}
	return Write(ctx, tx, e)
}

// maxValue bounds what is kept of one field, in bytes of JSON: a whole tree of
// routes is not repeated with every change.
const maxValue = 8 << 10

// fields gives the facts by their names; a long one as a note of how long it is.
func (s *State) fields() (out map[string]any, err error) {
	if s == nil {
		return nil, nil
	}
	b, err := json.Marshal(s.Facts)
	raw := map[string]json.RawMessage{}
	if err == nil {
		err = json.Unmarshal(b, &raw)
	}
	out = map[string]any{}
	for name, v := range raw {
		if len(v) > maxValue {
			sum := sha256.Sum256(v)
			out[name] = map[string]any{"bytes": len(v), "sha256": hex.EncodeToString(sum[:8])}
			continue
		}
		var value any
		if err == nil {
			err = json.Unmarshal(v, &value)
		}
		if value == nil || value == "" || reflect.DeepEqual(value, []any{}) {
			continue // is no value
		}
		out[name] = value
	}
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	return out, nil
}

// Execer is a transaction.
type Execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// Write adds an event.
func Write(ctx context.Context, tx Execer, e Event) error {
	if e.Changes == nil {
		e.Changes = Changes{}
	}
	e.Regions = slices.Compact(slices.Sorted(slices.Values(e.Regions)))
	if len(e.Regions) == 0 || slices.Contains(e.Regions, "*") {
		e.Regions = []string{"*"} // of none: for those who see everything
	}
	_, err := tx.Exec(ctx, `INSERT INTO audit_event (at, who, by, address, thing, of, name, kind, regions, sealed, person, data)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, nullif($11, 0), $12)`,
		e.At, e.Who, e.By, e.Address, e.Thing, e.Of, e.Name, e.Kind, e.Regions, e.Sealed, e.Person, e.Changes)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// Filter narrows a list of events. Empty fields do not narrow.
type Filter struct {
	Who      int64
	Person   int64 // whom they are about
	Thing    Thing
	Of       string
	From, To time.Time // half open
	Before   int64     // id: those that are older
	Limit    int
}

// Querier is a transaction or a pool.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// List gives events, the newest first, that show nothing beyond some regions
// (or all) and, without sealed, nothing sealed.
func List(ctx context.Context, q Querier, regions []string, all, sealed bool, f Filter) ([]Event, error) {
	rows, err := q.Query(ctx, `SELECT id, at, who, by, address, thing, of, name, kind, regions, sealed, coalesce(person, 0), data FROM audit_event
		WHERE ($1 OR regions <@ $2) AND ($3 OR NOT sealed) AND ($4 = 0 OR who = $4) AND ($5 = 0 OR person = $5)
			AND ($6 = '' OR thing = $6) AND ($7 = '' OR of = $7) AND ($8::timestamptz IS NULL OR at >= $8) AND ($9::timestamptz IS NULL OR at < $9)
			AND ($10 = 0 OR id < $10) ORDER BY id DESC LIMIT $11`,
		all, regions, sealed, f.Who, f.Person, f.Thing, f.Of, moment(f.From), moment(f.To), f.Before, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	es, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Event])
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	for i := range es {
		es[i].At = es[i].At.UTC()
	}
	return es, nil
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
