// Package fault is the one error type that carries a meaning across packages:
// what kind of thing went wrong, and which fields of the input are to blame.
// HTTP statuses, exit codes and retries are decided from the kind, in one
// place each.
package fault

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Kind says who can mend an error and how.
type Kind int

const (
	Internal     Kind = iota // ours; the default
	Invalid                  // the input is wrong; Fields say where
	NotFound                 // no such thing, or none that this person may know of
	Forbidden                // known, but not allowed
	Unauthorized             // nobody is signed in
	Conflict                 // somebody else was faster, or the state does not allow it
	TooLarge                 // more than a limit
	Unavailable              // an engine or a source doesn't answer now; try again
	Limited                  // asked too often; try again later
)

// Field is one problem of one field of an input.
type Field struct {
	Path    string `json:"path"`             // for example "query" or "posts[3].text"
	Message string `json:"message"`          // what is wrong and what would be right
	Offset  int    `json:"offset,omitempty"` // characters from the beginning, for texts in a language
	Length  int    `json:"length,omitempty"`
}

// Error is an error with a kind. Messages are for people; never put a secret
// into one.
type Error struct {
	Kind    Kind
	Message string
	Fields  []Field
	Err     error // the cause, nil if there is none
	Stale   bool  // of a Conflict: what was sent was made of an earlier version
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	for i, f := range e.Fields {
		sep := "; "
		if i == 0 && e.Message != "" {
			sep = ": "
		}
		if i == 0 && e.Message == "" {
			sep = ""
		}
		b.WriteString(sep + f.Path + ": " + f.Message)
	}
	if e.Err != nil {
		if b.Len() > 0 {
			b.WriteString(": ")
		}
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// New makes an error of a kind; a %w among the arguments becomes its cause.
func New(k Kind, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if errors.Unwrap(err) == nil {
		return &Error{Kind: k, Message: err.Error()}
	}
	return &Error{Kind: k, Err: err}
}

// Changed makes a Conflict with somebody who was faster.
func Changed(format string, args ...any) error {
	return &Error{Kind: Conflict, Message: fmt.Sprintf(format, args...), Stale: true}
}

// Fields makes an Invalid error of all the problems of an input, or nil.
func Fields(fs ...Field) error {
	if len(fs) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Message: "invalid input", Fields: fs}
}

// List writes names as a person would: a, b, c.
func List[T ~string](names []T) string {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = string(n)
	}
	return strings.Join(words, ", ")
}

// KindOf gives the kind of the first Error in the chain; Internal otherwise.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Status is the HTTP status of a kind.
func Status(k Kind) int {
	switch k {
	case Invalid:
		return http.StatusUnprocessableEntity
	case NotFound:
		return http.StatusNotFound
	case Forbidden:
		return http.StatusForbidden
	case Unauthorized:
		return http.StatusUnauthorized
	case Conflict:
		return http.StatusConflict
	case TooLarge:
		return http.StatusRequestEntityTooLarge
	case Unavailable:
		return http.StatusServiceUnavailable
	case Limited:
		return http.StatusTooManyRequests
	}
	return http.StatusInternalServerError
}
