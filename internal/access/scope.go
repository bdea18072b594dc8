// Package access says who may see and do what: Scope for reading, roles and
// tokens for acting.
package access

import "slices"

// Scope is what a person may see: regions × sources × visibility. It has no
// exported fields, so only this package makes one, and its zero value sees
// nothing. Every function that reads for a person takes one.
type Scope struct {
	all        bool     // the system itself
	regions    []string // ISO codes; nil with allRegions false: none
	allRegions bool
	sources    []string // nil: every source of the regions
	partner    bool     // may see visibility partner
	sealed     bool     // may see visibility sealed
}

// Everything is the scope of the system itself: indexers, re-indexing,
// administrators' tools on the machine. Never derive it from a request.
func Everything() Scope { return Scope{all: true, allRegions: true, partner: true, sealed: true} }

// NewScope makes a scope of regions. AllRegions is "*". Sources limits it
// further when not empty.
func NewScope(regions, sources []string, partner, sealed bool) Scope {
	s := Scope{sources: slices.Clone(sources), partner: partner, sealed: sealed}
	for _, r := range regions {
		if r == "*" {
			s.allRegions = true
			continue
		}
		s.regions = append(s.regions, r)
	}
	slices.Sort(s.regions)
	return s
}

// Nothing says whether the scope can see nothing at all.
func (s Scope) Nothing() bool { return !s.allRegions && len(s.regions) == 0 }

// Regions gives the regions, or all = true.
func (s Scope) Regions() (codes []string, all bool) { return slices.Clone(s.regions), s.allRegions }

// Sources gives the only sources (network:owner) that may be seen, or all = true.
func (s Scope) Sources() (ids []string, all bool) {
	return slices.Clone(s.sources), len(s.sources) == 0
}

// Visibilities gives the visibilities that may be seen; empty for the zero Scope.
func (s Scope) Visibilities() []string {
	if s.Nothing() {
		return nil
	}
	v := []string{"public"}
	if s.partner {
		v = append(v, "partner")
	}
	if s.sealed {
		v = append(v, "sealed")
	}
	return v
}

// Region says whether things of a region may be seen.
func (s Scope) Region(code string) bool { return s.allRegions || slices.Contains(s.regions, code) }

// Allows says whether a post may be seen: one of its regions is in the scope
// (a post of no region needs a scope of all), its source and its visibility are.
func (s Scope) Allows(regions []string, source, visibility string) bool {
	return (s.allRegions || slices.ContainsFunc(regions, s.Region)) &&
		(len(s.sources) == 0 || slices.Contains(s.sources, source)) &&
		slices.Contains(s.Visibilities(), visibility)
}
