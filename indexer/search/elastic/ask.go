package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/fault"
)

const (
	// grace is what Elasticsearch may take beyond a question's time, which it
	// looks at now and then only.
	grace = 5 * time.Second
	// maxMonths bounds the indices that one exchange reads.
	maxMonths = 16
)

// answer is the answer to one search.
type answer struct {
	TimedOut bool `json:"timed_out"`
	Shards   struct {
		Total, Successful int
		Failures          []struct {
			Status int
			Reason cause
		}
	} `json:"_shards"`
	Hits struct {
		Total struct{ Value int64 }
		Hits  []hit
	}
	Aggregations json.RawMessage

	Status int
	Error  cause
}

// hit is one found document.
type hit struct {
	Source struct {
		Record post.Record `json:"record"`
	} `json:"_source"`
	Sort []json.RawMessage `json:"sort"`
}

// question is a search of some indices.
type question struct {
	indices []string
	body    object
	global  bool // scores count words over all indices, not in each
}

// How long a question waits for the shards of a bucket that another process is
// just making: it is listed before they answer. One that goes, or changes
// places, may be found in it and be gone when the documents are asked for.
const startTries = 20 // of pauses of 0.1 s

// ask makes one search within a time, which the answer's TimedOut tells it has
// used up; what the answer holds is then incomplete.
func (x *Index) ask(ctx context.Context, q question, limit time.Duration) (answer, error) {
	if len(q.indices) == 0 {
		return answer{}, nil // no name would mean every index there is
	}
	for try := 1; ; try++ {
		a, err := x.askOnce(ctx, q, limit)
		if try == startTries || !isStarting(err) {
			return a, err
		}
		if err := wait(ctx, 2*x.pause); err != nil {
			return a, err
		}
	}
}

// isStarting says whether an error may be that of shards that are not there yet,
// or no more.
func isStarting(err error) bool {
	return fault.KindOf(err) == fault.Unavailable &&
		isRefused(err, 0, "search_phase_execution_exception", "no_shard_available_action_exception", "search_context_missing_exception", noShards)
}

// noShards is the type of a cause that Elasticsearch doesn't give.
const noShards = "shards_missing"

func (x *Index) askOnce(ctx context.Context, q question, limit time.Duration) (answer, error) {
	// Names go into the body: an address may have 4,096 bytes only.
	head := object{"index": q.indices, "ignore_unavailable": true, "allow_no_indices": true}
	if q.global {
		head["search_type"] = "dfs_query_then_fetch"
	}
	q.body["timeout"] = fmt.Sprintf("%dms", max(1, limit.Milliseconds()))
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for _, line := range []object{head, q.body} {
		if err := e.Encode(line); err != nil {
			return answer{}, err
		}
	}
	var out struct{ Responses []answer }
	if err := x.callWithin(ctx, limit+grace, http.MethodPost, "/_msearch", b.Bytes(), &out); err != nil {
		return answer{}, err
	}
	if len(out.Responses) != 1 {
		return answer{}, unexpected("searches", len(out.Responses), 1)
	}
	a := out.Responses[0]
	switch {
	case a.Error.Type != "" || a.Status >= http.StatusBadRequest:
		return a, (&refusal{a.Status, a.Error}).kind()
	case a.Shards.Successful < a.Shards.Total:
		return a, a.missing()
	}
	return a, nil
}

// missing is the error of an answer to which some indices contributed nothing.
func (a *answer) missing() error {
	r := &refusal{Status: http.StatusServiceUnavailable, Cause: cause{Type: noShards}}
	for _, f := range a.Shards.Failures {
		r.Cause = f.Reason
		if f.Status != 0 {
			r.Status = f.Status
		}
	}
	return r.kind()
}

func unexpected(what string, got, want int) error {
	return fault.New(fault.Unavailable, "Elasticsearch answered for %d of %d %s", got, want, what)
}

// sweep reads months newest first, in groups that grow: most questions are
// answered by the newest months, others soon read many at once. It ends when
// read has enough, or, telling how far back it got, when the time is over:
// what timed out counts as not read.
func (x *Index) sweep(months []month, limit time.Duration, most int, read func(group []month, left time.Duration) (enough, timedOut bool, err error)) (reached time.Time, err error) {
	deadline := x.now().Add(limit)
	for size := 1; len(months) > 0; size = min(2*size, most) {
		group := months[:min(size, len(months))]
		left := deadline.Sub(x.now())
		if left <= 0 {
			return group[0].end(), nil
		}
		enough, timedOut, err := read(group, left)
		switch {
		case err != nil:
			return time.Time{}, err
		case timedOut:
			return group[0].end(), nil
		case enough:
			return time.Time{}, nil
		}
		months = months[len(group):]
	}
	return time.Time{}, nil
}

// names gives the indices of some months.
func names(group []month) []string {
	var out []string
	for _, m := range group {
		out = append(out, m.indices...)
	}
	return out
}
