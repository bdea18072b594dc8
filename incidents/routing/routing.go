// Package routing is the tree that says where an incident goes, in the manner
// of Alertmanager's. It is pure.
package routing

// Node is one route. The root's conditions are not looked at: everything that
// comes goes through it. What a node leaves empty comes from the node above.
type Node struct {
	Name     string    `json:"name"`
	When     Condition `json:"when"`
	Agency   int64     `json:"agency,omitempty"`
	Curator  string    `json:"curator,omitempty"`  // e-mail address
	Preset   string    `json:"preset,omitempty"`   // of deadlines
	Watchers []string  `json:"watchers,omitempty"` // e-mail addresses; added to those above
	Continue bool      `json:"continue,omitempty"` // look at the next node beside it too
	Routes   []Node    `json:"routes,omitempty"`   // first one that takes it wins
}

// Condition holds when every list that is not empty holds one of the facts.
type Condition struct {
	Regions    []string `json:"regions,omitempty"`
	Places     []string `json:"places,omitempty"`
	Searches   []int64  `json:"searches,omitempty"`
	Severities []string `json:"severities,omitempty"`
	Networks   []string `json:"networks,omitempty"`
	Sources    []string `json:"sources,omitempty"` // network:owner
}

// Facts are what is known of a match.
type Facts struct {
	Region   string   `json:"region"`
	Place    string   `json:"place,omitempty"`
	Searches []int64  `json:"searches,omitempty"`
	Severity string   `json:"severity,omitempty"`
	Networks []string `json:"networks,omitempty"`
	Sources  []string `json:"sources,omitempty"`
}

// Target is where an incident goes.
type Target struct {
	Agency   int64    `json:"agency,omitempty"`
	Curator  string   `json:"curator,omitempty"`
	Preset   string   `json:"preset,omitempty"`
	Watchers []string `json:"watchers,omitempty"`
}

// Step is one node that was looked at.
type Step struct {
	Path    string     `json:"path"` // "root / heating / north"
	At      []int      `json:"at"`   // the same as places among the nodes beside it; none: the root, or what is no node
	Taken   bool       `json:"taken"`
	Because []Compared `json:"because"`        // conditions, as far as they were looked at; none: everything fits
	Only    Only       `json:"only,omitempty"` // of one that takes it but is not where it goes
	Why     string     `json:"why"`            // all of it in words
}

// Compared is one condition and what is known of the match.
type Compared struct {
	Fact  string   `json:"fact"` // region, place, search, severity, network, source
	Want  []string `json:"want"`
	Have  []string `json:"have"`
	Holds bool     `json:"holds"`
}

// Only says why a node that takes something gives no more than its watchers,
// or that something else than a node decided.
type Only string

const (
	OnlyAfter    Only = "after"    // another node has taken it already
	OnlyWatchers Only = "watchers" // it names no agency and goes on
	ByRule       Only = "rule"     // no node: the rule names the agency
	ByDefault    Only = "default"  // no node: the region's default agency
)

// Explanation is where something would go and why.
type Explanation struct {
	Target Target `json:"target"`
	Steps  []Step `json:"steps"`
}
