package app

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/fault"
)

// textCommand is `otklik text`.
type textCommand struct {
	Keys textKeys `cmd:"" help:"Read words, one a line, from standard input; print each with its key in the index."`
}

// textKeys is `otklik text keys`.
type textKeys struct {
	Query    bool   `help:"Print the keys that a word of a query stands for instead, separated by spaces."`
	Glossary string `help:"A glossary to work with, as the page shows it." type:"existingfile" placeholder:"FILE"`
}

// Help says what the keys are good for.
func (textKeys) Help() string {
	return `For people who check a dictionary, and for measuring from outside: a query word finds a word of a text where the latter's key is among the former's. Prints the word as it was given, a tabulator, and the key or keys. A line of several words (a hyphenated one is) is a phrase, with the keys of its words joined by +; one without any has none. Lines are words and no queries: ! and quotes mean nothing.

Example: printf 'стали\nсталью\n' | otklik text keys --query`
}

const (
	longestLine = 1 << 20 // bytes
	mostKeys    = 10_000  // of one line: those of several words multiply
)

// Run reads to the end of standard input.
func (c *textKeys) Run(p *process) error {
	z, err := analyzerWith(c.Glossary)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(p.stdout)
	in := bufio.NewScanner(p.stdin)
	in.Buffer(nil, longestLine)
	for n := 1; in.Scan(); n++ {
		word := strings.TrimSuffix(in.Text(), "\r")
		keys := inText(z, word)
		if c.Query {
			keys = inQuery(z, word)
		}
		if _, err := fmt.Fprintf(out, "%s\t%s\n", word, strings.Join(keys, " ")); err != nil {
			return err
		}
	}
	if err := in.Err(); errors.Is(err, bufio.ErrTooLong) {
		return errors.Join(out.Flush(), fault.New(fault.Invalid, "standard input has a line longer than %d bytes; give one word a line", longestLine))
	} else if err != nil {
		return errors.Join(out.Flush(), fmt.Errorf("standard input: %w", err))
	}
	return out.Flush()
}

// analyzerWith gives an analyzer with the glossary of a file; "": the empty one.
func analyzerWith(path string) (*text.Analyzer, error) {
	z := text.New()
	if path == "" {
		return z, nil
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	g, bad := text.ParseGlossary(1, string(file))
	var fields []fault.Field
	for _, b := range bad {
		fields = append(fields, fault.Field{Path: fmt.Sprintf("%s, line %d", path, b.Line), Message: b.Message("en")})
	}
	if len(fields) > 0 {
		return nil, fault.Fields(fields...)
	}
	z.Use(g)
	return z, nil
}

// inText gives the one key of a line as a text has it; none where it has no word.
func inText(z *text.Analyzer, line string) []string {
	var keys []string
	for _, t := range z.Analyze("", line).Tokens {
		keys = append(keys, t.Key)
	}
	if len(keys) == 0 {
		return nil
	}
	return []string{strings.Join(keys, "+")}
}

// inQuery gives the keys that a line stands for as a word of a query, its joined
// spelling and its other names among them.
func inQuery(z *text.Analyzer, line string) []string {
	e, err := query.Bind(query.Word{Text: line}, z, query.Reader{})
	if err != nil {
		return nil // no word
	}
	var keys []string
	query.WalkExpr(e, func(e query.Expr) bool {
		switch e := e.(type) {
		case query.Term:
			keys = append(keys, rows([]query.Term{e}, mostKeys-len(keys))...)
		case query.Seq:
			keys = append(keys, rows(e.Terms, mostKeys-len(keys))...)
			return false
		}
		return true
	})
	slices.Sort(keys)
	return slices.Compact(keys)
}

// rows gives the keys in a row that terms in a row may stand for, at most so many.
func rows(terms []query.Term, most int) []string {
	all := []string{""}
	for i, t := range terms {
		var longer []string
		for _, before := range all {
			for _, l := range t.Lexemes {
				if len(longer) == most {
					break
				}
				if i > 0 {
					longer = append(longer, before+"+"+l.Text)
				} else {
					longer = append(longer, l.Text)
				}
			}
		}
		all = longer
	}
	return all
}
