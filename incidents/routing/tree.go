package routing

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"github.com/otklik/otklik/internal/fault"
)

// The limits of a tree.
const (
	MaxDepth    = 16
	MaxNodes    = 2000
	MaxValues   = 1000 // of one list of one condition
	MaxWatchers = 50
)

// Names says whether one of the nodes is such a one.
func (n Node) Names(is func(Node) bool) bool {
	return is(n) || slices.ContainsFunc(n.Routes, func(c Node) bool { return c.Names(is) })
}

// Explain walks the tree and says which node takes the facts and why each node
// looked at was taken or not.
//
// The first node that takes them gives the target; nodes after it that are
// reached through Continue add only their watchers, because an incident has
// one agency. So does a node that continues and names no agency.
func Explain(root Node, f Facts) Explanation {
	w := walk{facts: f}
	w.into(root, Target{}, "", []int{})
	w.target.Watchers = union(w.target.Watchers, w.extra)
	return Explanation{Target: w.target, Steps: w.steps}
}

type walk struct {
	facts  Facts
	steps  []Step
	found  bool
	target Target
	extra  []string // watchers of nodes that take nothing themselves
}

// into visits a node; it says whether the node took the facts.
func (w *walk) into(n Node, above Target, path string, at []int) bool {
	root := len(at) == 0
	path = join(path, n.Name, root)
	why, because, ok := "everything begins here", []Compared{}, true
	if !root {
		because, ok = n.When.holds(w.facts)
		why = words(because)
	}
	step := len(w.steps)
	w.steps = append(w.steps, Step{Path: path, At: at, Taken: ok, Because: because, Why: why})
	if !ok {
		return false
	}
	here := above.with(n)
	took := false
	for i, child := range n.Routes {
		if w.into(child, here, path, append(slices.Clone(at), i)) {
			took = true
			if !child.Continue {
				break
			}
		}
	}
	switch {
	case took && w.found:
		return true
	case w.found:
		w.steps[step].Only = OnlyAfter
		w.steps[step].Why += "; another node has taken it already, this one adds its watchers"
		w.extra = union(w.extra, here.Watchers)
		return true
	case n.Continue && n.Agency == 0 && !root:
		w.steps[step].Only = OnlyWatchers
		w.steps[step].Why += "; it names no agency and goes on, so it adds its watchers"
		w.extra = union(w.extra, here.Watchers)
		return true
	}
	w.found, w.target = true, here
	return true
}

func join(path, name string, root bool) string {
	if name == "" {
		name = "(no name)"
		if root {
			name = "root"
		}
	}
	if path == "" {
		return name
	}
	return path + " / " + name
}

func (t Target) with(n Node) Target {
	if n.Agency != 0 {
		t.Agency = n.Agency
	}
	if n.Curator != "" {
		t.Curator = n.Curator
	}
	if n.Preset != "" {
		t.Preset = n.Preset
	}
	t.Watchers = union(t.Watchers, n.Watchers)
	return t
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// holds says whether the condition is true of the facts, and why: the parts of
// it that hold, and the first that does not.
func (c Condition) holds(f Facts) ([]Compared, bool) {
	one := func(s string) []string {
		if s == "" {
			return []string{}
		}
		return []string{s}
	}
	ids := func(ns []int64) []string {
		out := make([]string, len(ns))
		for i, n := range ns {
			out[i] = fmt.Sprint(n)
		}
		return out
	}
	because := []Compared{}
	for _, r := range []Compared{
		{Fact: "region", Want: c.Regions, Have: one(f.Region)},
		{Fact: "place", Want: c.Places, Have: one(f.Place)},
		{Fact: "search", Want: ids(c.Searches), Have: ids(f.Searches)},
		{Fact: "severity", Want: c.Severities, Have: one(f.Severity)},
		{Fact: "network", Want: c.Networks, Have: append([]string{}, f.Networks...)},
		{Fact: "source", Want: c.Sources, Have: append([]string{}, f.Sources...)},
	} {
		if len(r.Want) == 0 {
			continue
		}
		r.Holds = slices.ContainsFunc(r.Have, func(s string) bool { return slices.Contains(r.Want, s) })
		if because = append(because, r); !r.Holds {
			return because, false
		}
	}
	return because, true
}

// words says in English what reasons say.
func words(rs []Compared) string {
	if len(rs) == 0 {
		return "no conditions"
	}
	out := make([]string, len(rs))
	for i, r := range rs {
		if r.Holds {
			both := slices.DeleteFunc(slices.Clone(r.Have), func(s string) bool { return !slices.Contains(r.Want, s) })
			out[i] = r.Fact + " is " + both[0]
			continue
		}
		have := strings.Join(r.Have, ", ")
		if have == "" {
			have = "not known"
		}
		return fmt.Sprintf("%s is %s, not %s", r.Fact, have, strings.Join(r.Want, " or ")) // the rest does not count
	}
	return strings.Join(out, ", ")
}

// Known is what a tree may refer to in its region.
type Known struct {
	Region   string
	Agencies []int64
	Presets  []string
}

// Check says which fields of a tree are wrong.
func Check(root Node, k Known) error {
	c := checker{known: k}
	c.node(root, "tree", 0)
	if c.nodes > MaxNodes {
		c.fields = append(c.fields[:min(len(c.fields), 10)], fault.Field{Path: "tree", Message: fmt.Sprintf("%d nodes, at most %d", c.nodes, MaxNodes)})
	}
	return fault.Fields(c.fields...)
}

type checker struct {
	known  Known
	nodes  int
	fields []fault.Field
}

func (c *checker) bad(path, format string, args ...any) {
	if len(c.fields) < 100 {
		c.fields = append(c.fields, fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
	}
}

func (c *checker) node(n Node, path string, depth int) {
	c.nodes++
	if depth > MaxDepth {
		c.bad(path, "deeper than %d levels", MaxDepth)
		return
	}
	if depth > 0 && strings.TrimSpace(n.Name) == "" || len(n.Name) > 200 {
		c.bad(path+".name", "a name of 1–200 bytes: it is how people find the node")
	}
	if n.Agency != 0 && !slices.Contains(c.known.Agencies, n.Agency) {
		c.bad(path+".agency", "no active agency %d in region %s", n.Agency, c.known.Region)
	}
	if n.Preset != "" && !slices.Contains(c.known.Presets, n.Preset) {
		c.bad(path+".preset", "no preset %q; there are %s", n.Preset, strings.Join(c.known.Presets, ", "))
	}
	if n.Curator != "" {
		c.address(path+".curator", n.Curator)
	}
	if len(n.Watchers) > MaxWatchers {
		c.bad(path+".watchers", "at most %d", MaxWatchers)
	}
	for i, w := range n.Watchers {
		c.address(fmt.Sprintf("%s.watchers[%d]", path, i), w)
	}
	c.condition(n.When, path+".when")
	for i, child := range n.Routes {
		c.node(child, fmt.Sprintf("%s.routes[%d]", path, i), depth+1)
	}
}

func (c *checker) address(path, a string) {
	if p, err := mail.ParseAddress(a); err != nil || p.Address != a {
		c.bad(path, "%.80q is not an e-mail address", a)
	}
}

func (c *checker) condition(w Condition, path string) {
	for _, l := range []struct {
		name string
		n    int
	}{{"regions", len(w.Regions)}, {"places", len(w.Places)}, {"searches", len(w.Searches)}, {"severities", len(w.Severities)}, {"networks", len(w.Networks)}, {"sources", len(w.Sources)}} {
		if l.n > MaxValues {
			c.bad(path+"."+l.name, "%d values, at most %d", l.n, MaxValues)
		}
	}
	for i, s := range w.Severities {
		if !slices.Contains([]string{"low", "normal", "raised", "critical"}, s) {
			c.bad(fmt.Sprintf("%s.severities[%d]", path, i), "use low, normal, raised or critical")
		}
	}
	for i, r := range w.Regions {
		if c.known.Region != "" && r != c.known.Region {
			c.bad(fmt.Sprintf("%s.regions[%d]", path, i), "this tree is asked only about %s", c.known.Region)
		}
	}
	for i, s := range w.Sources {
		if network, owner, ok := strings.Cut(s, ":"); !ok || network == "" || owner == "" {
			c.bad(fmt.Sprintf("%s.sources[%d]", path, i), "use network:owner")
		}
	}
}
