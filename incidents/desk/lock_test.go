package desk_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/internal/fault"
)

// The database keeps what is sealed from whoever may not see it; commands that
// depend on it come out right all the same.
func TestCommandsCountOnWhatThePersonMayNotSee(t *testing.T) {
	e := start(t)
	ctx := t.Context()
	fits, err := e.Store.SecondLock(ctx)
	require.NoError(t, err)
	require.True(t, fits, "otherwise this test shows nothing")
	var is []incident.Incident
	for n := range 3 {
		i, err := e.OpenByHand(ctx, specialist, desk.Opening{Region: "RU-PRI", Post: record(e.match(fmt.Sprintf("telegram:7/%d", n), "Разное"))})
		require.NoError(t, err)
		is = append(is, i)
	}
	_, err = e.pool.Exec(ctx, `UPDATE incident SET visibility = 'sealed' WHERE number = $1`, is[1].Number)
	require.NoError(t, err)
	_, err = e.OpenByHand(ctx, specialist, desk.Opening{Region: "RU-PRI", Post: record(e.match("telegram:7/1", "Разное"))})
	require.Equal(t, fault.Conflict, fault.KindOf(err), "a post belongs to one incident, seen or not")
	_, err = e.Duplicate(ctx, by(guardian, is[0]), is[1].Number)
	require.NoError(t, err)
	_, err = e.Duplicate(ctx, by(specialist, is[2]), is[1].Number)
	require.Equal(t, []string{"of"}, paths(t, err), "what is not seen can't be named")
	_, err = e.Duplicate(ctx, by(specialist, is[2]), is[0].Number)
	require.NoError(t, err, "the chain goes on over what is not seen")
	_, err = e.Duplicate(ctx, by(guardian, is[1]), is[2].Number)
	require.Equal(t, []string{"of"}, paths(t, err), "and makes no circle over it")
}
