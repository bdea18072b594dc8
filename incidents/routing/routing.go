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
	Path  string `json:"path"` // "root / heating / north"
	Taken bool   `json:"taken"`
	Why   string `json:"why"`
}

// Explanation is where something would go and why.
type Explanation struct {
	Target Target `json:"target"`
	Steps  []Step `json:"steps"`
}
