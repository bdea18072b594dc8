package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/otklik/otklik/internal/fault"
)

// maxAnswer bounds what is read of one answer, in bytes.
const maxAnswer = 64 << 20

// errTooLong is an answer of more bytes than that.
var errTooLong = errors.New("the answer is too long")

// call makes one exchange within callTimeout. Body is nil, JSON ([]byte) or
// anything that encoding/json takes; out, unless nil, gets the answer. A status
// of 400 or more is a *refusal.
func (x *Index) call(ctx context.Context, method, path string, body, out any) error {
	return x.callWithin(ctx, callTimeout, method, path, body, out)
}

func (x *Index) callWithin(caller context.Context, limit time.Duration, method, path string, body, out any) error {
	ctx, cancel := context.WithTimeout(caller, limit)
	defer cancel()
	sent, ok := body.([]byte)
	if !ok && body != nil {
		var err error
		if sent, err = json.Marshal(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, path, bytes.NewReader(sent))
	if err != nil {
		return err
	}
	if sent != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := x.client.Perform(req)
	if err != nil {
		return unanswered(caller, err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(io.LimitReader(res.Body, x.most+1))
	switch {
	case err != nil:
		return unanswered(caller, err)
	case int64(len(got)) > x.most:
		return errTooLong
	case res.StatusCode >= http.StatusBadRequest:
		return refused(res.StatusCode, got)
	case out == nil:
		return nil
	}
	if err := json.Unmarshal(got, out); err != nil {
		return fmt.Errorf("answer of Elasticsearch to %s %.80s: %w", method, path, err)
	}
	return nil
}

// unanswered gives the error of an exchange without an answer: the caller's
// own end stays what it is.
func unanswered(caller context.Context, err error) error {
	if caller.Err() != nil {
		return caller.Err()
	}
	return &fault.Error{Kind: fault.Unavailable, Message: "Elasticsearch doesn't answer", Err: err}
}

// cause is how Elasticsearch writes an error.
type cause struct {
	Type      string  `json:"type"`
	Reason    string  `json:"reason"`
	RootCause []cause `json:"root_cause"`
	CausedBy  *cause  `json:"caused_by"`
}

// refusal is an error that Elasticsearch answered with.
type refusal struct {
	Status int
	Cause  cause
}

func (r *refusal) Error() string {
	const most = 500 // bytes; reasons repeat whole queries
	s := r.brief()
	for c := &r.Cause; c != nil; c = c.CausedBy {
		reason, _, _ := strings.Cut(c.Reason, " Preview of field's value") // of the document
		if reason != "" && !strings.Contains(s, reason) {
			s += ": " + reason
		}
	}
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// brief tells nothing of what was sent.
func (r *refusal) brief() string {
	s := fmt.Sprintf("Elasticsearch answered %d", r.Status)
	for c := &r.Cause; c != nil; c = c.CausedBy {
		s += " " + c.Type
	}
	return s
}

// is says whether the error or what caused it has a type.
func (c *cause) is(types ...string) bool {
	for ; c != nil; c = c.CausedBy {
		for _, t := range types {
			if c.Type == t {
				return true
			}
		}
		for i := range c.RootCause {
			if c.RootCause[i].is(types...) {
				return true
			}
		}
	}
	return false
}

// refused reads the body of an answer with an error's status.
func refused(status int, body []byte) error {
	var b struct {
		Error json.RawMessage `json:"error"`
	}
	r := &refusal{Status: status}
	if json.Unmarshal(body, &b) != nil || json.Unmarshal(b.Error, &r.Cause) != nil {
		r.Cause.Reason = string(body[:min(len(body), 200)]) // a proxy's page, or a short form
	}
	return r.kind()
}

// kind gives a refusal its kind of fault.
func (r *refusal) kind() error {
	tooBig := r.Cause.is("too_many_clauses", "too_many_nested_clauses")
	for c := &r.Cause; c != nil; c = c.CausedBy {
		tooBig = tooBig || strings.Contains(c.Reason, "exceeds the maximum nested depth")
	}
	switch {
	case r.passing():
		return &fault.Error{Kind: fault.Unavailable, Message: "Elasticsearch can't answer now", Err: r}
	case tooBig:
		return &fault.Error{Kind: fault.Invalid, Message: "the query is too large for Elasticsearch", Err: r}
	case r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden:
		return &fault.Error{Kind: fault.Internal, Message: "Elasticsearch doesn't allow it: check user and password", Err: r}
	}
	return &fault.Error{Kind: fault.Internal, Message: "Elasticsearch refused", Err: r}
}

// passing says whether the same may be accepted later.
func (r *refusal) passing() bool {
	switch r.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return r.Cause.is("es_rejected_execution_exception", "circuit_breaking_exception", "cluster_block_exception",
		"no_shard_available_action_exception", "unavailable_shards_exception", "process_cluster_event_timeout_exception",
		"node_closed_exception", "node_not_connected_exception", "receive_timeout_transport_exception", "master_not_discovered_exception")
}

// isRefused says whether Elasticsearch answered with a status, or with one of
// the types of errors.
func isRefused(err error, status int, types ...string) bool {
	var r *refusal
	return errors.As(err, &r) && (r.Status == status || r.Cause.is(types...))
}
