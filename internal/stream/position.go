package stream

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// String writes the position as "partition:offset" pairs joined by commas, in
// the order of partitions.
func (p Position) String() string {
	keys := make([]int, 0, len(p))
	for k := range p {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var b strings.Builder
	for i, k := range keys {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%d:%d", k, p[k])
	}
	return b.String()
}

// ParsePosition reads what String writes. The empty text is the empty position.
func ParsePosition(s string) (Position, error) {
	p := Position{}
	if s == "" {
		return p, nil
	}
	if len(s) > 1000 {
		return nil, fmt.Errorf("position is longer than 1000 characters")
	}
	for _, part := range strings.Split(s, ",") {
		k, v, ok := strings.Cut(part, ":")
		partition, err1 := strconv.Atoi(k)
		offset, err2 := strconv.ParseInt(v, 10, 64)
		if !ok || err1 != nil || err2 != nil || partition < 0 || partition >= Partitions || offset < 0 {
			return nil, fmt.Errorf("position %.40q is not partition:offset", part)
		}
		p[partition] = offset
	}
	return p, nil
}
