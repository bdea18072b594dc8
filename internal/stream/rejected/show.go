package rejected

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// Detail is a rejected record with what may be shown of its content.
type Detail struct {
	Record
	Content Content
	Events  []Decision // what was decided, oldest first
}

// Content is what may be shown of a record's value.
type Content struct {
	JSON   json.RawMessage // nil where the value is none
	Text   string          // where it is no JSON object: its beginning
	Cut    bool            // it is longer
	Hidden Hidden
}

// Hidden says why something of a content is not shown.
type Hidden string

const (
	HiddenSealed    Hidden = "sealed"    // it is sealed, or does not say that it is not
	HiddenForgotten Hidden = "forgotten" // somebody asked for the post to be forgotten
)

// Get gives one record. fault.NotFound also where the log keeps it no longer.
func (s *Store) Get(ctx context.Context, id ID) (Detail, error) {
	r, m, err := s.find(ctx, id)
	if err != nil {
		return Detail{}, err
	}
	d := Detail{Record: r}
	gone, err := s.forgotten(ctx, m)
	if err != nil {
		return Detail{}, err
	}
	if d.Content = show(m.Value); gone {
		d.Content = Content{Hidden: HiddenForgotten}
	}
	rows, err := s.Pool.Query(ctx, `SELECT what, at, who, name FROM rejected_event WHERE topic = $1 AND part = $2 AND seq = $3 ORDER BY id LIMIT 200`,
		id.Topic, id.Partition, id.Offset)
	if err != nil {
		return Detail{}, away("rejected record", err)
	}
	d.Events, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Decision])
	for i := range d.Events {
		d.Events[i].At = d.Events[i].At.UTC()
	}
	return d, away("rejected record", err)
}

func (s *Store) find(ctx context.Context, id ID) (Record, stream.Message, error) {
	m, ok, err := s.read(ctx, id)
	if err != nil {
		return Record{}, m, err
	}
	if !ok {
		return Record{}, m, fault.New(fault.NotFound, "there is no rejected record %s, or it is kept no longer", id)
	}
	one := []Record{describe(id.Topic, m)}
	err = s.decisions(ctx, id.Topic, id.Partition, id.Offset, id.Offset+1, one)
	return one[0], m, err
}

// forgotten says whether the post that a record is about was asked to be
// forgotten, by its content and by its key.
func (s *Store) forgotten(ctx context.Context, m stream.Message) (bool, error) {
	if s.Forgotten == nil {
		return false, nil
	}
	var e struct {
		ID post.ID `json:"id"`
	}
	_ = json.Unmarshal(m.Value, &e) // the key is left
	_, inRegion, _ := strings.Cut(m.Key, "|")
	var ids []post.ID
	for _, id := range []post.ID{e.ID, post.ID(m.Key), post.ID(inRegion)} {
		if id.Check() == nil {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return false, nil
	}
	gone, err := s.Forgotten.Forgotten(ctx, ids)
	return len(gone) > 0, err
}

// maxShown bounds what is shown of a value.
const maxShown = 64 << 10 // bytes

// show gives what may be seen of a value: the content of a post only where the
// record says that it is not sealed.
func show(value []byte) Content {
	var fields map[string]json.RawMessage
	if json.Unmarshal(value, &fields) != nil {
		if bytes.Contains(bytes.ToLower(value), []byte(post.Sealed)) {
			return Content{Hidden: HiddenSealed}
		}
		return text(value)
	}
	var c Content
	var e struct {
		Visibility post.Visibility `json:"visibility"`
	}
	if err := json.Unmarshal(value, &e); err != nil || e.Visibility != post.Public && e.Visibility != post.Partner {
		for name := range fields {
			if strings.EqualFold(name, "post") {
				delete(fields, name)
				c.Hidden = HiddenSealed
			}
		}
		value, _ = json.Marshal(fields) // of what was just read
	}
	if len(value) > maxShown {
		cut := text(value)
		cut.Hidden = c.Hidden
		return cut
	}
	c.JSON = value
	return c
}

func text(value []byte) Content {
	// Nothing that shows texts likes NUL.
	whole := strings.ReplaceAll(string(value[:min(len(value), maxShown)]), "\x00", "\uFFFD")
	return Content{Text: stream.CutText(whole, maxShown), Cut: len(value) > maxShown}
}
