package post

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// ErrVersion is the reason of a record written by a binary too far from ours.
var ErrVersion = errors.New("envelope version is not readable by this binary")

// Check says whether the envelope can be worked with.
func (e *Envelope) Check() error {
	if e.V < EnvelopeVersion-1 || e.V > EnvelopeVersion+1 {
		return fmt.Errorf("%w: %d, want %d…%d", ErrVersion, e.V, EnvelopeVersion-1, EnvelopeVersion+1)
	}
	if err := e.ID.Check(); err != nil {
		return err
	}
	if err := e.Bucket.Check(); err != nil {
		return err
	}
	switch {
	case e.Rev <= 0:
		return fmt.Errorf("rev %d is not positive", e.Rev)
	case e.Kind != Revision && e.Kind != Counters && e.Kind != Deletion:
		return fmt.Errorf("kind %.40q is unknown", string(e.Kind))
	case e.Visibility != Public && e.Visibility != Partner && e.Visibility != Sealed:
		return fmt.Errorf("visibility %.40q is unknown", string(e.Visibility))
	case e.Published.IsZero() || e.Observed.IsZero():
		return errors.New("published or observed is missing")
	}
	return nil
}

// Encode writes a value of the log as JSON without HTML escapes.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Decode reads one entry of the topic "posts" and checks it. Unknown fields
// are ignored: the version after ours may have added some.
func Decode(b []byte) (Record, error) {
	var r Record
	if err := json.Unmarshal(b, &r); err != nil {
		return Record{}, fmt.Errorf("not a post record: %w", err)
	}
	if err := r.Check(); err != nil {
		return Record{}, err
	}
	if r.Kind != Deletion && r.Visibility != Sealed && r.Post == nil {
		return Record{}, fmt.Errorf("record %s of kind %s carries no post", r.ID, r.Kind)
	}
	return r, nil
}
