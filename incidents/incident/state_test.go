package incident_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/deadline"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// The table of the state machine, written a second time by hand and the other
// way round: for each state what every command leads to. A pair that is not
// here is refused.
func table() map[incident.State]string {
	return map[incident.State]string{
		"new":        "triage→triage assign→assigned spam→spam not_ours→not_ours duplicate→duplicate claim→claim comment→new",
		"triage":     "assign→assigned spam→spam not_ours→not_ours duplicate→duplicate claim→claim comment→triage",
		"assigned":   "assign→assigned spam→spam not_ours→not_ours duplicate→duplicate accept→accepted return→returned comment→assigned",
		"accepted":   "assign→assigned return→returned draft→draft comment→accepted",
		"returned":   "triage→triage assign→assigned spam→spam not_ours→not_ours duplicate→duplicate claim→claim comment→returned",
		"draft":      "draft→draft review→review comment→draft",
		"review":     "rework→rework approve→approved comment→review",
		"rework":     "draft→draft comment→rework",
		"approved":   "rework→rework publish→publishing answer→answered interim→interim comment→approved",
		"publishing": "answer→answered interim→interim comment→publishing",
		"answered":   "interim→interim verify→verified close→closed reopen→reopened comment→answered",
		"interim":    "draft→draft control→on_control comment→interim",
		"on_control": "draft→draft answer→answered comment→on_control",
		"verified":   "close→closed reopen→reopened comment→verified",
		"closed":     "reopen→reopened comment→closed",
		"reopened":   "triage→triage assign→assigned spam→spam not_ours→not_ours duplicate→duplicate claim→claim comment→reopened",
		"spam":       "undo→before comment→spam",
		"not_ours":   "undo→before comment→not_ours",
		"duplicate":  "undo→before comment→duplicate",
		"claim":      "undo→before comment→claim",
	}
}

// Who may give which commands, by hand too.
func commandsOf(r access.Role) string {
	triage, answer := "triage assign spam not_ours duplicate claim undo", "publish answer interim control verify close reopen comment"
	execute, approve := "accept return draft review", "rework approve"
	return map[access.Role]string{
		access.Administrator: strings.Join([]string{triage, execute, approve, answer}, " "),
		access.Specialist:    triage + " " + answer,
		access.Curator:       triage + " " + approve + " " + answer,
		access.Executor:      execute + " comment",
		access.Ombudsman:     "comment",
		access.FactChecker:   "comment",
	}[r]
}

func TestEveryStateCommandAndRole(t *testing.T) {
	want := table()
	require.Len(t, want, len(incident.States()))
	require.Len(t, incident.Commands(), 21)
	for _, from := range incident.States() {
		to := map[incident.Command]incident.State{}
		for _, pair := range strings.Fields(want[from]) {
			c, s, ok := strings.Cut(pair, "→")
			require.True(t, ok)
			to[incident.Command(c)] = incident.State(s)
		}
		for _, c := range incident.Commands() {
			got, err := incident.Next(c, from, "before")
			if s, ok := to[c]; ok {
				require.NoError(t, err, "%s in %s", c, from)
				require.Equal(t, s, got, "%s in %s", c, from)
			} else {
				require.Equal(t, fault.Conflict, fault.KindOf(err), "%s in %s", c, from)
				require.ErrorContains(t, err, "possible now: ")
				require.ErrorContains(t, err, "comment")
			}
			for _, r := range access.Roles() {
				who := access.Person{ID: 1, Role: r}
				may := slices.Contains(strings.Fields(commandsOf(r)), string(c))
				if err := incident.May(c, who); may {
					require.NoError(t, err, "%s by %s", c, r)
				} else {
					require.Equal(t, fault.Forbidden, fault.KindOf(err), "%s by %s", c, r)
				}
				_, defined := to[c]
				allowed := incident.Allowed(incident.Incident{State: from}, who)
				require.Equal(t, may && defined, slices.Contains(allowed, c), "%s in %s by %s", c, from, r)
			}
		}
	}
}

// Who may write for whom, by hand: what residents can read is written by those
// who publish answers.
func TestAudiencesOfEveryRole(t *testing.T) {
	want := map[access.Role][]incident.Audience{
		access.Administrator: {"internal", "resident"}, access.Specialist: {"internal", "resident"}, access.Curator: {"internal", "resident"},
		access.Executor: {"internal"}, access.Ombudsman: {"internal"}, access.FactChecker: {"internal"}, access.Head: {}, access.Partner: {},
	}
	for _, r := range access.Roles() {
		who := access.Person{ID: 1, Role: r}
		require.Equal(t, want[r], incident.AudiencesOf(who), r)
		_, err := incident.CheckAudience(incident.Resident, who)
		if slices.Contains(want[r], incident.Resident) {
			require.NoError(t, err, r)
		} else {
			require.Equal(t, fault.Forbidden, fault.KindOf(err), r)
		}
		to, err := incident.CheckAudience("", who)
		require.NoError(t, err, "whether they may comment at all is another question")
		require.Equal(t, incident.Internal, to)
	}
}

func TestWhatIsNotInTheTable(t *testing.T) {
	_, err := incident.Next("explode", incident.Triage, "")
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	_, err = incident.Next(incident.DoAssign, "limbo", "")
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	admin := access.Person{ID: 1, Role: access.Administrator}
	require.Equal(t, fault.Forbidden, fault.KindOf(incident.May("explode", admin)))
	require.Equal(t, fault.Forbidden, fault.KindOf(incident.May(incident.DoComment, access.Person{ID: 1, Role: "king"})))
	require.Empty(t, incident.Allowed(incident.Incident{State: "limbo"}, admin))
}

func TestUndoGoesBackToWhereItWas(t *testing.T) {
	for _, s := range incident.States() {
		for _, done := range []incident.State{incident.Spam, incident.NotOurs, incident.Duplicate, incident.Claimed} {
			back, err := incident.Next(incident.DoUndo, done, s)
			require.NoError(t, err)
			require.Equal(t, s, back)
		}
	}
	_, err := incident.Next(incident.DoUndo, incident.Spam, "")
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	require.ErrorContains(t, err, "not known")
}

// Every state can be reached from the two in which incidents begin, and from
// every state one can come to an end in which nobody owes anything.
func TestNoStateIsADeadEndOrAnIsland(t *testing.T) {
	reach := func(from ...incident.State) map[incident.State]bool {
		seen := map[incident.State]bool{}
		for len(from) > 0 {
			s := from[0]
			from = from[1:]
			if seen[s] {
				continue
			}
			seen[s] = true
			for _, c := range incident.Defined(s) {
				to, err := incident.Next(c, s, incident.Triage)
				require.NoError(t, err)
				from = append(from, to)
			}
		}
		return seen
	}
	require.Len(t, reach(incident.New, incident.Triage), len(incident.States()))
	for _, s := range incident.States() {
		require.True(t, reach(s)[incident.Closed] && reach(s)[incident.Spam], s)
	}
}

// Only open incidents owe something: they and no others have a clock.
func TestOpenIncidentsHaveClocks(t *testing.T) {
	for _, s := range incident.States() {
		require.Equal(t, s.Open(), len(s.Clocks()) > 0, s)
		for _, c := range s.Clocks() {
			require.Contains(t, deadline.Clocks(), c)
		}
	}
	require.False(t, incident.State("limbo").Open())
	require.NotContains(t, incident.Returned.Clocks(), deadline.Answer, "returned stops the agency's clocks")
	require.Contains(t, incident.Returned.Clocks(), deadline.Route, "and not the centre's")
	require.Contains(t, incident.Returned.Clocks(), deadline.Cap)
	require.Contains(t, incident.Assigned.Clocks(), deadline.React)
	require.NotContains(t, incident.Accepted.Clocks(), deadline.React, "it has reacted")
	require.Equal(t, []deadline.Clock{deadline.Final}, incident.OnControl.Clocks())
}
