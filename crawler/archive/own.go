package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
)

// Line is one line of Otklik's own form.
type Line struct {
	ID        post.ID    `json:"id"`
	Published time.Time  `json:"published"`
	Post      *post.Post `json:"post"`
}

// readOwn reads a file in Otklik's own form.
func (f *File) readOwn(ctx context.Context) error {
	return f.eachLine(ctx, func(line int, raw []byte) error {
		it, why := parseOwn(decode(raw))
		return f.outcome(ctx, line, raw, it, why)
	})
}

// parseOwn reads one line of the own form.
func parseOwn(s string) (it source.Item, why verdict) {
	var l Line
	if err := json.Unmarshal([]byte(s), &l); err != nil {
		return it, verdict{bad: "not a line of Otklik's own form: " + jsonReason(err)}
	}
	if err := l.ID.Check(); err != nil {
		return it, verdict{bad: err.Error()}
	}
	switch {
	case l.Post == nil:
		return it, verdict{bad: `"post" is missing`}
	case l.Published.IsZero():
		return it, verdict{bad: `"published" is missing`}
	case l.Post.Deleted:
		return it, verdict{skip: "deleted at its source"}
	}
	return source.Item{ID: l.ID, Published: l.Published, PublishedRaw: l.Published.Format(time.RFC3339), Post: *l.Post}, verdict{}
}

// jsonReason says in few words what is wrong with some JSON.
func jsonReason(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("at byte %d: %v", syntax.Offset, syntax)
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Sprintf("it is a JSON %s, not %s", kind.Value, needed(kind.Type))
	case errors.As(err, &kind):
		return fmt.Sprintf("%q is a JSON %s, not %s", kind.Field, kind.Value, needed(kind.Type))
	}
	return err.Error()
}

// needed says what should stand where a value of another kind does.
func needed(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Struct, reflect.Map, reflect.Pointer, reflect.Interface:
		return "an object"
	}
	return "a whole number"
}
