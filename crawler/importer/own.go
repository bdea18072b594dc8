package importer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// verdict is why a thing of a file is no post: bad is what can't be
// understood, skip what is understood and isn't meant.
type verdict struct{ bad, skip string }

// outcome goes on with what a parser made of a line.
func (im *importing) outcome(ctx context.Context, line int, raw []byte, it source.Item, why verdict) error {
	switch {
	case why.bad != "":
		im.bad(line, raw, why.bad)
	case why.skip != "":
		im.skip(why.skip)
	default:
		return im.take(ctx, line, it, len(raw))
	}
	return nil
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
	case errors.As(err, &kind):
		return fmt.Sprintf("%q is a JSON %s", kind.Field, kind.Value)
	}
	return err.Error()
}
