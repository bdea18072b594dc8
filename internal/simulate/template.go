package simulate

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A node is a part of a template: literal text, a value of the scene, a choice
// between alternatives, or a sequence of parts.
type node struct {
	text   string
	value  string
	choice []node
	seq    []node
}

// parse reads a template: {a|b} is a choice, {name} with a lower-case Latin
// name is a value of the scene; both nest.
func parse(s string) (node, error) {
	n, rest, err := parseSeq(s, 0)
	if err == nil && rest != "" {
		err = fmt.Errorf("stray %q", rest[:1])
	}
	return n, err
}

const maxDepth = 10

func parseSeq(s string, depth int) (node, string, error) {
	var n node
	if depth > maxDepth {
		return n, s, fmt.Errorf("choices nest deeper than %d", maxDepth)
	}
	for s != "" {
		i := strings.IndexAny(s, "{|}")
		switch {
		case i < 0:
			n.seq = append(n.seq, node{text: s})
			return n, "", nil
		case i > 0:
			n.seq = append(n.seq, node{text: s[:i]})
			s = s[i:]
		case s[0] != '{':
			return n, s, nil
		default:
			var c node
			rest := s
			for rest != "" && rest[0] != '}' {
				part, after, err := parseSeq(rest[1:], depth+1)
				if err != nil {
					return n, s, err
				}
				c.choice = append(c.choice, part)
				rest = after
			}
			if rest == "" {
				return n, s, fmt.Errorf("a { is not closed")
			}
			if name, ok := c.name(); ok {
				c = node{value: name}
			}
			n.seq = append(n.seq, c)
			s = rest[1:]
		}
	}
	return n, "", nil
}

// name says whether a choice is the name of a value.
func (n node) name() (string, bool) {
	if len(n.choice) != 1 || len(n.choice[0].seq) != 1 {
		return "", false
	}
	name := n.choice[0].seq[0].text
	ok := name != "" && strings.IndexFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}) < 0
	return name, ok
}

func (n node) write(b *strings.Builder, rng *rand.Rand, scene map[string]string) {
	b.WriteString(n.text)
	if n.value != "" {
		v, ok := scene[n.value]
		if !ok {
			v = "{" + n.value + "}" // a test looks for braces
		}
		b.WriteString(v)
	}
	if len(n.choice) > 0 {
		n.choice[rng.IntN(len(n.choice))].write(b, rng, scene)
	}
	for _, p := range n.seq {
		p.write(b, rng, scene)
	}
}
