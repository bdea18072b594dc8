package standing

import (
	"fmt"
	"time"

	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/internal/fault"
)

// Compile gives what a search means, in the days of its own zone; the problems
// are those of a search that was saved by another version of the language.
func (s Search) Compile(c query.Compiler) (query.Expr, []fault.Field) {
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return nil, []fault.Field{{Path: "zone", Message: fmt.Sprintf("%q is not a time zone", s.Zone)}}
	}
	e, es := c.Compile(s.Query, query.Reader{Location: zone})
	return e, es.Fields("query", "en")
}
