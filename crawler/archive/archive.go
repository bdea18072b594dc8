// Package archive reads posts out of files: Otklik's own NDJSON, Telegram
// Desktop's result.json, and NDJSON or CSV with a mapping of fields. It says of
// each thing in a file whether it is a post, can't be read, or isn't meant; what
// becomes of it is its Sink's business.
//
// Memory is bounded by MaxLine, whatever the size of the file.
package archive

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/fault"
)

const (
	// MaxLine bounds one line, message or CSV record in bytes; a longer one is bad.
	MaxLine = 64 << 20

	keptBytes = 64 << 10 // of a bad line
)

// telegram is the network whose ids are made of numbers.
const telegram = "telegram"

// Options say what is read, and how.
type Options struct {
	Path     string         // a file, plain or gzip; "-" is Stdin
	Stdin    io.Reader      //
	Format   Format         // "": told from the content
	Map      Mapping        // of NDJSON and CSV that are not our own
	Network  string         // of mapped posts; "": telegram
	Networks []string       // that posts may be of; nil: any
	Zone     *time.Location // of times that are written without one; nil: UTC
}

// Check gives everything that is wrong with the options, by the names of the
// flags that set them.
func (o Options) Check() (bad []fault.Field) {
	if o.Format != "" && !slices.Contains(Formats(), o.Format) {
		bad = append(bad, fault.Field{Path: "--format", Message: fmt.Sprintf("%q is unknown; there are %s", o.Format, fault.List(Formats()))})
	}
	if o.Network != "" && !o.knows(o.Network) {
		bad = append(bad, fault.Field{Path: "--network", Message: o.strange(o.Network)})
	}
	return append(bad, o.Map.check()...)
}

func (o Options) knows(network string) bool {
	return o.Networks == nil || slices.Contains(o.Networks, network)
}

func (o Options) strange(network string) string {
	return fmt.Sprintf("network %.40q is unknown; there are %s", network, strings.Join(o.Networks, ", "))
}

// BadLine is a line, or a longer thing, that can't be read.
type BadLine struct {
	Line   int    `json:"line"`          // from 1; of a longer thing, its first
	Reason string `json:"reason"`        //
	Raw    string `json:"raw"`           // as it stands in the file
	Cut    bool   `json:"cut,omitempty"` // Raw is longer there
}

// Sink takes what a file holds, in its order, from one goroutine. Errors of
// Post and Wanted end the reading.
type Sink interface {
	// Post takes a post, the line on which it begins, and how many bytes it is.
	Post(ctx context.Context, line int, it source.Item, size int) error
	// Bad takes what can't be read.
	Bad(b BadLine)
	// Skip takes why something that is understood is no post.
	Skip(reason string)
	// Wanted says whether posts of network:owner may be taken out of the export
	// of a whole account: who makes one does not mean every channel they read.
	Wanted(ctx context.Context, owner string) (bool, error)
}

// File is a file that is read once, from one goroutine.
type File struct {
	Options
	in     *input
	format Format
	sink   Sink
}

// Open opens a file and finds out its form.
func Open(o Options) (*File, error) {
	if o.Network == "" {
		o.Network = telegram
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	in, err := open(o)
	if err != nil {
		return nil, err
	}
	f := &File{Options: o, in: in}
	if f.format, err = f.form(); err != nil {
		_ = in.Close()
		return nil, err
	}
	return f, nil
}

// Form is what the file turned out to be.
func (f *File) Form() Format { return f.format }

// Progress says how many bytes of the file were read, packed where it is
// packed, and how many it has; total is 0 where nobody knows.
func (f *File) Progress() (read, total int64) { return f.in.bytes(), f.in.size }

// Close ends the reading.
func (f *File) Close() error { return f.in.Close() }

// Read gives everything to a sink. fault.Invalid says that the file is wrong
// from some place on; what stands before it was given.
func (f *File) Read(ctx context.Context, s Sink) error {
	f.sink = s
	read := map[Format]func(context.Context) error{Own: f.readOwn, Desktop: f.readDesktop, NDJSON: f.readNDJSON, CSV: f.readCSV}
	if err := read[f.format](ctx); err != nil {
		return err
	}
	if f.in.broken != nil {
		f.bad(f.in.line, nil, fmt.Sprintf("the file breaks off here: %v", f.in.broken))
		return fault.New(fault.Invalid, "%s breaks off at line %d (%w); what stands before it is taken in", f.in.name, f.in.line, f.in.broken)
	}
	return nil
}

// verdict is why a thing of a file is no post: bad is what can't be
// understood, skip what is understood and isn't meant.
type verdict struct{ bad, skip string }

// outcome goes on with what a parser made of a line.
func (f *File) outcome(ctx context.Context, line int, raw []byte, it source.Item, why verdict) error {
	switch {
	case why.bad != "":
		f.bad(line, raw, why.bad)
	case why.skip != "":
		f.sink.Skip(why.skip)
	case !f.knows(it.ID.Network()):
		f.bad(line, raw, f.strange(it.ID.Network()))
	default:
		return f.sink.Post(ctx, line, it, len(raw))
	}
	return nil
}

func (f *File) bad(line int, raw []byte, reason string) {
	f.sink.Bad(BadLine{Line: line, Reason: reason, Cut: len(raw) > keptBytes,
		Raw: post.CutBytes(decode(raw[:min(len(raw), keptBytes)]), keptBytes)})
}
