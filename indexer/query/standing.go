package query

// CheckStanding says whether a query may become a standing search: in every
// way to match it there must be a word, a phrase, a source or a place, so that
// it can't match just anything. What lacks it is reported where it stands.
func CheckStanding(n Node) Errors {
	var es Errors
	unanchored(n, false, &es)
	return es.sorted()
}

// unanchored reports what of n (of its negation, where neg) could match
// anything, and says whether there is such.
func unanchored(n Node, neg bool, es *Errors) bool {
	fail := func() bool {
		es.add(At(n), NotStanding, n.String(), "")
		return true
	}
	var kids []Node
	every := false // one kid must be anchored, or every one
	switch n := n.(type) {
	case Word, Phrase:
		if !neg {
			return false
		}
		return fail()
	case Field:
		if !neg && n.Name != Net {
			return false
		}
		return fail()
	case Not:
		return unanchored(n.Node, !neg, es)
	case And:
		kids, every = n.Nodes, neg
	case Or:
		kids, every = n.Nodes, !neg
	default:
		return fail()
	}
	bad := 0
	var inner Errors
	for _, k := range kids {
		if unanchored(k, neg, &inner) {
			bad++
		}
	}
	switch {
	case every && bad > 0:
		*es = append(*es, inner...)
		return true
	case !every && bad == len(kids):
		return fail()
	}
	return false
}
