package fault_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/fault"
)

func TestMessages(t *testing.T) {
	field := fault.Field{Path: "name", Message: "is empty"}
	for want, err := range map[string]error{
		"there is no post 7": fault.New(fault.NotFound, "there is no post %d", 7),
		"read: EOF":          fault.New(fault.Unavailable, "read: %w", io.EOF),
		"invalid input: name: is empty; name: is empty": fault.Fields(field, field),
		"name: is empty": &fault.Error{Kind: fault.Invalid, Fields: []fault.Field{field}},
		"away: EOF":      &fault.Error{Kind: fault.Unavailable, Message: "away", Err: io.EOF},
		"EOF":            &fault.Error{Kind: fault.Unavailable, Err: io.EOF},
		"":               &fault.Error{},
	} {
		require.Equal(t, want, err.Error())
	}
	require.NoError(t, fault.Fields())
}

func TestKinds(t *testing.T) {
	err := fmt.Errorf("outer: %w", fault.New(fault.Conflict, "inner: %w", io.EOF))
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, fault.Internal, fault.KindOf(errors.New("no")))
	require.Equal(t, fault.Internal, fault.KindOf(nil))
	for k, want := range map[fault.Kind]int{
		fault.Internal: http.StatusInternalServerError, fault.Invalid: http.StatusUnprocessableEntity, fault.NotFound: http.StatusNotFound,
		fault.Forbidden: http.StatusForbidden, fault.Unauthorized: http.StatusUnauthorized, fault.Conflict: http.StatusConflict,
		fault.TooLarge: http.StatusRequestEntityTooLarge, fault.Unavailable: http.StatusServiceUnavailable, fault.Limited: http.StatusTooManyRequests,
		99: http.StatusInternalServerError,
	} {
		require.Equal(t, want, fault.Status(k))
	}
}
