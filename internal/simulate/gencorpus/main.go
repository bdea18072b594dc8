// Command gencorpus writes the repository's corpus; run by go generate.
package main

import (
	"fmt"
	"os"

	"github.com/otklik/otklik/internal/simulate"
)

func main() {
	lines, err := simulate.MakeCorpus()
	if err == nil {
		var b []byte
		if b, err = simulate.Encode(lines); err == nil {
			err = os.WriteFile("corpus.ndjson.gz", b, 0o644)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gencorpus:", err)
		os.Exit(1)
	}
}
