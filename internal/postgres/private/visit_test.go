package private

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A command that runs beside an installation uses its server and leaves it.
func TestVisitUsesTheServerOfAnotherProcess(t *testing.T) {
	t.Parallel()
	dir := open(t)
	_, ok, err := Visit(t.Context(), options(dir))
	require.NoError(t, err)
	require.False(t, ok, "nothing runs yet")
	s := start(t, options(dir))
	url, ok, err := Visit(t.Context(), options(dir))
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, s.URL(), url)
	require.Equal(t, 1, query[int](t, url, "SELECT 1"))
	stopNow(t, s)
	_, ok, err = Visit(t.Context(), options(dir))
	require.NoError(t, err)
	require.False(t, ok)
}
