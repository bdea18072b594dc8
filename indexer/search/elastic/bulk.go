package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/otklik/otklik/internal/fault"
)

// The measure of one exchange with _bulk.
const (
	bulkBytes    = 4 << 20
	bulkTimeout  = 2 * time.Minute
	bulkAttempts = 6 // with pauses of 1.5 s in all
)

// operation is one line of _bulk, with the document that follows it.
type operation struct {
	doc    int    // whose index in Put's list it belongs to
	index  string // which is made again when it is missing
	action []byte // JSON
	source []byte // JSON; nil for a delete
}

// action is how _bulk writes what to do with a document.
type action struct {
	Index       string `json:"_index"`
	ID          string `json:"_id"`
	Version     int64  `json:"version,omitempty"`
	VersionType string `json:"version_type,omitempty"`
}

// newOperation writes an operation: "index", "create" or "delete".
func newOperation(doc int, name string, a action, source []byte) (operation, error) {
	b, err := json.Marshal(map[string]action{name: a})
	return operation{doc: doc, index: a.Index, action: b, source: source}, err
}

func (o *operation) size() int { return len(o.action) + len(o.source) + 2 }

// bulk makes all operations durable, in chunks, in their order as far as they
// concern one document. What Elasticsearch will never take is
// told to refuse; what it has no time for is tried again, and in the end is
// fault.Unavailable. A version that is there already, and a document that isn't
// there to be deleted, are what was wanted.
func (x *Index) bulk(ctx context.Context, ops []operation, refuse func(doc int, why error)) error {
	for len(ops) > 0 {
		n, size := 0, 0
		for n < len(ops) && (n == 0 || size+ops[n].size() <= bulkBytes) {
			size += ops[n].size()
			n++
		}
		if err := x.bulkChunk(ctx, ops[:n], refuse); err != nil {
			return err
		}
		ops = ops[n:]
	}
	return nil
}

func (x *Index) bulkChunk(ctx context.Context, ops []operation, refuse func(doc int, why error)) error {
	for attempt := 1; ; attempt++ {
		again, why, err := x.bulkOnce(ctx, ops, refuse)
		if err != nil || len(again) == 0 {
			return err
		}
		if attempt == bulkAttempts {
			return &fault.Error{Kind: fault.Unavailable, Message: fmt.Sprintf("Elasticsearch has no time for %d of %d documents", len(again), len(ops)), Err: why}
		}
		if err := wait(ctx, x.backoff(attempt)); err != nil {
			return err
		}
		ops = again
	}
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// bulkOnce gives the operations that should be tried again, and why.
func (x *Index) bulkOnce(ctx context.Context, ops []operation, refuse func(doc int, why error)) (again []operation, why, err error) {
	var b bytes.Buffer
	size := 0
	for i := range ops {
		size += ops[i].size()
	}
	b.Grow(size) // megabytes: growing by doubling copies and clears them again and again
	for i := range ops {
		b.Write(ops[i].action)
		b.WriteByte('\n')
		if ops[i].source != nil {
			b.Write(ops[i].source)
			b.WriteByte('\n')
		}
	}
	var out struct {
		Items []map[string]struct {
			Status int   `json:"status"`
			Error  cause `json:"error"`
		} `json:"items"`
	}
	const path = "/_bulk?filter_path=items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by"
	if err := x.callWithin(ctx, bulkTimeout, http.MethodPost, path, b.Bytes(), &out); err != nil {
		return nil, nil, err
	}
	if len(out.Items) != len(ops) {
		return nil, nil, fault.New(fault.Unavailable, "Elasticsearch answered for %d of %d documents", len(out.Items), len(ops))
	}
	for i, item := range out.Items {
		for name, it := range item {
			r := &refusal{it.Status, it.Error}
			switch {
			case it.Status < http.StatusBadRequest, it.Status == http.StatusConflict:
			case name == "delete" && it.Status == http.StatusNotFound:
			case r.Cause.is("index_not_found_exception"):
				if err := x.remake(ctx, ops[i].index); err != nil {
					return nil, nil, err
				}
				again, why = append(again, ops[i]), r
			case r.passing() || it.Status >= http.StatusInternalServerError:
				again, why = append(again, ops[i]), r
			case it.Status == http.StatusBadRequest || it.Status == http.StatusRequestEntityTooLarge:
				refuse(ops[i].doc, r)
			default:
				return nil, nil, r.kind()
			}
		}
	}
	return again, why, nil
}

// remake makes an index that was dropped under our hands.
func (x *Index) remake(ctx context.Context, name string) error {
	x.know(name, false)
	if !strings.HasPrefix(name, x.prefix+"-") {
		return fmt.Errorf("%s isn't ours", name)
	}
	return x.make(ctx, name)
}
