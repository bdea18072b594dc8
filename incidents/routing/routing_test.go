package routing

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/fault"
)

func tree() Node {
	return Node{Agency: 1, Preset: "standard", Watchers: []string{"duty@example.org"}, Routes: []Node{
		{Name: "press", When: Condition{Networks: []string{"rss"}}, Watchers: []string{"press@example.org"}, Continue: true},
		{Name: "heating", When: Condition{Searches: []int64{10, 11}}, Agency: 2, Curator: "heat@example.org", Routes: []Node{
			{Name: "disaster", When: Condition{Severities: []string{"critical"}}, Agency: 3, Preset: "critical"},
			{Name: "north", When: Condition{Places: []string{"north"}}, Agency: 4},
		}},
		{Name: "also heating", When: Condition{Searches: []int64{10}}, Agency: 9},
		{Name: "one channel", When: Condition{Sources: []string{"telegram:7"}, Networks: []string{"telegram"}}, Agency: 5},
	}}
}

func TestExplain(t *testing.T) {
	cases := []struct {
		name  string
		facts Facts
		want  Target
		taken []string
	}{
		{"nothing fits: the root", Facts{Region: "RU-A"}, Target{1, "", "standard", []string{"duty@example.org"}}, []string{"root"}},
		{"first child wins, inherits", Facts{Searches: []int64{10}}, Target{2, "heat@example.org", "standard", []string{"duty@example.org"}}, []string{"root", "root / heating"}},
		{"deeper wins over above", Facts{Searches: []int64{11}, Severity: "critical"}, Target{3, "heat@example.org", "critical", []string{"duty@example.org"}}, []string{"root", "root / heating", "root / heating / disaster"}},
		{"the second child", Facts{Searches: []int64{11}, Place: "north"}, Target{4, "heat@example.org", "standard", []string{"duty@example.org"}}, []string{"root", "root / heating", "root / heating / north"}},
		{"all conditions must hold", Facts{Sources: []string{"telegram:7"}, Networks: []string{"vk"}}, Target{1, "", "standard", []string{"duty@example.org"}}, []string{"root"}},
		{"all conditions hold", Facts{Sources: []string{"telegram:7"}, Networks: []string{"telegram"}}, Target{5, "", "standard", []string{"duty@example.org"}}, []string{"root", "root / one channel"}},
		{"any of several searches", Facts{Searches: []int64{99, 11}}, Target{2, "heat@example.org", "standard", []string{"duty@example.org"}}, []string{"root", "root / heating"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := Explain(tree(), c.facts)
			require.Equal(t, c.want, e.Target)
			var taken []string
			for _, s := range e.Steps {
				if s.Taken {
					taken = append(taken, s.Path)
				}
				require.NotEmpty(t, s.Why)
			}
			require.Equal(t, c.taken, taken)
		})
	}
}

func TestContinueAddsWatchersOfLaterNodes(t *testing.T) {
	// The node that continues takes the facts first, so its target stands;
	// the next one that takes them adds its watchers.
	n := Node{Agency: 1, Routes: []Node{
		{Name: "a", Agency: 2, Continue: true, Watchers: []string{"a@example.org"}},
		{Name: "b", Agency: 3, Watchers: []string{"b@example.org"}},
		{Name: "c", Agency: 4, Watchers: []string{"c@example.org"}},
	}}
	e := Explain(n, Facts{})
	require.Equal(t, Target{Agency: 2, Watchers: []string{"a@example.org", "b@example.org"}}, e.Target)
	require.Len(t, e.Steps, 3, "c is not looked at: b took it and does not continue")
	require.Equal(t, []Only{"", "", OnlyAfter}, []Only{e.Steps[0].Only, e.Steps[1].Only, e.Steps[2].Only})
}

func TestANodeThatOnlyWatchesTakesNothing(t *testing.T) {
	f := Facts{Networks: []string{"rss"}, Searches: []int64{10}}
	e := Explain(tree(), f)
	require.Equal(t, Target{2, "heat@example.org", "standard", []string{"duty@example.org", "press@example.org"}}, e.Target)
	require.Equal(t, OnlyWatchers, e.Steps[1].Only)
	f.Searches = nil
	e = Explain(tree(), f)
	require.Equal(t, Target{1, "", "standard", []string{"duty@example.org", "press@example.org"}}, e.Target, "nobody else takes it: the root, and the press watches")
}

func TestExplainSaysWhyNot(t *testing.T) {
	e := Explain(tree(), Facts{Region: "RU-A", Networks: []string{"telegram"}})
	require.Equal(t, Step{Path: "root / press", At: []int{0}, Taken: false, Why: "network is telegram, not rss",
		Because: []Compared{{Fact: "network", Want: []string{"rss"}, Have: []string{"telegram"}}}}, e.Steps[1])
	require.Equal(t, "search is not known, not 10 or 11", e.Steps[2].Why)
	e = Explain(tree(), Facts{Searches: []int64{9, 11}, Place: "north", Severity: "low"})
	require.Equal(t, Step{Path: "root / heating / disaster", At: []int{1, 0}, Taken: false, Why: "severity is low, not critical",
		Because: []Compared{{Fact: "severity", Want: []string{"critical"}, Have: []string{"low"}}}}, e.Steps[3])
	require.Equal(t, []int{1, 1}, e.Steps[4].At)
	require.Equal(t, "search is 11", e.Steps[2].Why)
	// What held before the condition that did not is told too.
	e = Explain(tree(), Facts{Networks: []string{"telegram"}, Sources: []string{"telegram:8"}})
	last := e.Steps[len(e.Steps)-1]
	require.Equal(t, []bool{true, false}, []bool{last.Because[0].Holds, last.Because[1].Holds})
	require.Equal(t, "source is telegram:8, not telegram:7", last.Why)
}

func TestCheckNamesEveryBadField(t *testing.T) {
	k := Known{Region: "RU-A", Agencies: []int64{1}, Presets: []string{"standard"}}
	bad := Node{Agency: 7, Preset: "nope", Curator: "nobody", Watchers: []string{"a@example.org", "@"}, Routes: []Node{
		{Name: "", When: Condition{Severities: []string{"huge"}, Regions: []string{"RU-B"}, Sources: []string{"telegram"}}},
	}}
	err := Check(bad, k)
	require.Equal(t, fault.Invalid, fault.KindOf(err))
	for _, p := range []string{"tree.agency", "tree.preset", "tree.curator", "tree.watchers[1]", "tree.routes[0].name", "tree.routes[0].when.severities[0]", "tree.routes[0].when.regions[0]", "tree.routes[0].when.sources[0]"} {
		require.ErrorContains(t, err, p+":")
	}
	require.NoError(t, Check(Node{Agency: 1, Preset: "standard", Routes: []Node{{Name: "x", When: Condition{Regions: []string{"RU-A"}}}}}, k))

	deep := Node{Name: "leaf"}
	for range MaxDepth + 2 {
		deep = Node{Name: "n", Routes: []Node{deep}}
	}
	require.ErrorContains(t, Check(deep, k), "deeper than")
	require.ErrorContains(t, Check(Node{Routes: make([]Node, MaxNodes+1)}, k), "nodes, at most")
	require.ErrorContains(t, Check(Node{When: Condition{Places: make([]string, MaxValues+1)}}, k), "when.places")
}

func FuzzTree(f *testing.F) {
	b, _ := json.Marshal(tree())
	f.Add(string(b))
	f.Add(`{"routes":[{"routes":[{}]}]}`)
	f.Add(`{"routes":null,"continue":true}`)
	f.Fuzz(func(t *testing.T, s string) {
		var n Node
		if json.NewDecoder(strings.NewReader(s)).Decode(&n) != nil {
			return
		}
		if Check(n, Known{}) != nil {
			return
		}
		e := Explain(n, Facts{Region: "RU-A", Searches: []int64{10}})
		if len(e.Steps) == 0 || !e.Steps[0].Taken {
			t.Fatal("the root takes everything")
		}
	})
}
