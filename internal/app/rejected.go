package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream/rejected"
)

// rejectedCommand is `otklik rejected`.
type rejectedCommand struct {
	List    listRejected    `cmd:"" help:"List them, newest first."`
	Show    showRejected    `cmd:"" help:"Show one with its content; the post of a sealed one is not shown."`
	Replay  replayRejected  `cmd:"" help:"Put them back into the topic they were rejected from: they are processed once more."`
	Drop    dropRejected    `cmd:"" help:"Say that they need nothing more. They stay in the log as long as it keeps them."`
	Restore restoreRejected `cmd:"" help:"Take the dropping of one back."`
}

// openRejected makes what the commands need: not the index, which may be why
// records were rejected.
func (p *process) openRejected(f func(s *rejected.Store) error) error {
	p.config.visit = true
	a, err := open(p.ctx, p.config, p.version, p.log, (*App).openDatabase, (*App).openLog, (*App).openRejected)
	if err != nil {
		return err
	}
	return errors.Join(f(a.rejected), a.Close())
}

// whichRejected narrows by topic and reason.
type whichRejected struct {
	Topic  string `enum:"posts,matches," default:"" help:"Only those rejected from this topic: posts or matches."`
	Reason string `name:"reason-contains" help:"Only those whose reason contains this, in any case of letters."`
}

// listRejected is `otklik rejected list`.
type listRejected struct {
	whichRejected
	State string `enum:"waiting,replayed,dropped,all" default:"waiting" help:"waiting, replayed, dropped or all."`
	Limit int    `default:"50" help:"The most that are listed, 1–1000."`
	After string `help:"Go on where another list ended."`
}

// Run lists.
func (c *listRejected) Run(p *process) error {
	if c.Limit < 1 || c.Limit > 1000 {
		return fault.New(fault.Invalid, "--limit: %d is not between 1 and 1000", c.Limit)
	}
	f := rejected.Filter{Topic: c.Topic, Reason: c.Reason, State: rejected.State(c.State)}
	if c.State == "all" {
		f.State = ""
	}
	return p.openRejected(func(s *rejected.Store) error {
		var all []rejected.Record
		after := c.After
		for more := true; more && len(all) < c.Limit; more = after != "" {
			page, err := s.List(p.ctx, f, after, c.Limit-len(all))
			if err != nil {
				return err
			}
			all, after = append(all, page.Records...), page.Next
		}
		if err := table(p.stdout, all); err != nil {
			return err
		}
		if after != "" {
			fmt.Fprintf(p.stderr, "there may be more: --after '%s'\n", after)
		}
		return nil
	})
}

// table prints one line for each record.
func table(w io.Writer, all []rejected.Record) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tSTATE\tTIMES\tAT\tSIZE\tORIGIN\tKEY\tREASON")
	for _, r := range all {
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%d\t%s\t%s\t%s\n", r.ID, r.State(), r.Attempts, r.At.Format(time.RFC3339), r.Size, r.Origin, oneLine(r.Key, 60), oneLine(r.Reason, 120))
	}
	return t.Flush()
}

// oneLine makes a text fit for a table: what moves a terminal's cursor is gone.
func oneLine(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(clean(s), func(r rune) bool { return r == '\n' || r == '\t' }), " ")
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}

// clean takes out what a terminal would obey.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// showRejected is `otklik rejected show`.
type showRejected struct {
	ID string `arg:"" help:"For example posts-3-17."`
}

// Run shows one.
func (c *showRejected) Run(p *process) error {
	id, err := rejected.ParseID(c.ID)
	if err != nil {
		return err
	}
	return p.openRejected(func(s *rejected.Store) error {
		d, err := s.Get(p.ctx, id)
		if err != nil {
			return err
		}
		_, err = p.stdout.Write(describe(d))
		return err
	})
}

func describe(d rejected.Detail) []byte {
	var b bytes.Buffer
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-10s "+format+"\n", append([]any{name + ":"}, args...)...)
	}
	line("id", "%s", d.ID)
	line("state", "%s", d.State())
	line("rejected", "%s, attempt %d", d.At.Format(time.RFC3339), d.Attempts)
	line("reason", "%s", clean(d.Reason))
	line("origin", "%s", d.Origin)
	if d.ReplayOf != nil {
		line("replay of", "%s", d.ReplayOf)
	}
	line("key", "%s", clean(d.Key))
	line("size", "%d bytes", d.Size)
	for _, e := range d.Events {
		line(string(e.What), "%s by %s", e.At.Format(time.RFC3339), clean(e.Name))
	}
	b.WriteByte('\n')
	var pretty bytes.Buffer
	switch c := d.Content; {
	case c.JSON != nil && json.Indent(&pretty, c.JSON, "", "  ") == nil:
		b.WriteString(clean(pretty.String()) + "\n")
	case c.Text != "":
		b.WriteString(clean(c.Text) + "\n")
	}
	switch {
	case d.Content.Hidden == rejected.HiddenForgotten:
		b.WriteString("(not shown: the post was asked to be forgotten)\n")
	case d.Content.Hidden == rejected.HiddenSealed:
		b.WriteString("(the post is not shown: it is sealed, or does not say that it is not)\n")
	case d.Content.Cut:
		b.WriteString("(cut: there is more)\n")
	}
	return b.Bytes()
}

// decideRejected is what `otklik rejected replay` and `drop` take.
type decideRejected struct {
	IDs []string `arg:"" optional:"" name:"id" help:"For example posts-3-17."`
	All bool     `help:"All that wait, of --topic and --reason-contains."`
	whichRejected
	Yes bool   `help:"With --all: do it. Without, they are only counted."`
	By  string `help:"Who decides, for the trail; otherwise the name of this machine's user."`
}

// replayRejected is `otklik rejected replay`.
type replayRejected struct{ decideRejected }

// Run puts records back.
func (c *replayRejected) Run(p *process) error {
	return c.decide(p, "put back", (*rejected.Store).Replay)
}

// dropRejected is `otklik rejected drop`.
type dropRejected struct{ decideRejected }

// Run drops records.
func (c *dropRejected) Run(p *process) error {
	return c.decide(p, "dropped", (*rejected.Store).Drop)
}

type decision func(s *rejected.Store, ctx context.Context, who access.Person, ids ...rejected.ID) ([]rejected.ID, error)

func (c *decideRejected) decide(p *process, did string, f decision) error {
	switch {
	case c.All == (len(c.IDs) > 0):
		return fault.New(fault.Invalid, "name ids, for example posts-3-17, or else --all")
	case c.All && c.Topic == "":
		return fault.New(fault.Invalid, "--all needs --topic: posts or matches")
	case !c.All && (c.Topic != "" || c.Reason != "" || c.Yes):
		return fault.New(fault.Invalid, "--topic, --reason-contains and --yes go with --all")
	}
	who := access.Person{Name: cmp.Or(c.By, userName())}
	return p.openRejected(func(s *rejected.Store) error {
		if c.All {
			return c.decideAll(p, s, who, did, f)
		}
		var ids []rejected.ID
		for _, text := range c.IDs {
			id, err := rejected.ParseID(text)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		for _, id := range ids {
			done, err := f(s, p.ctx, who, id)
			if err == nil && len(done) == 0 {
				err = s.Refused(p.ctx, id)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(p.stdout, "%s: %s\n", did, id)
		}
		return nil
	})
}

// decideAll goes through the pages of what waits, as the list does; what is
// rejected again meanwhile is not among them.
func (c *decideRejected) decideAll(p *process, s *rejected.Store, who access.Person, did string, f decision) error {
	filter := rejected.Filter{Topic: c.Topic, Reason: c.Reason, State: rejected.Waiting}
	n, after := 0, ""
	for more := true; more; more = after != "" {
		page, err := s.List(p.ctx, filter, after, 500)
		if err != nil {
			return err
		}
		after = page.Next
		if !c.Yes {
			n += len(page.Records)
			continue
		}
		ids := make([]rejected.ID, len(page.Records))
		for i, r := range page.Records {
			ids[i] = r.ID
		}
		done, err := f(s, p.ctx, who, ids...)
		if n += len(done); err != nil {
			return fmt.Errorf("%s: %d; then: %w", did, n, err)
		}
	}
	if !c.Yes {
		return fault.New(fault.Invalid, "would be %s: %d; add --yes to do it", did, n)
	}
	fmt.Fprintf(p.stdout, "%s: %d\n", did, n)
	return nil
}

// restoreRejected is `otklik rejected restore`.
type restoreRejected struct {
	ID string `arg:"" help:"For example posts-3-17."`
	By string `help:"Who decides, for the trail; otherwise the name of this machine's user."`
}

// Run takes a dropping back.
func (c *restoreRejected) Run(p *process) error {
	id, err := rejected.ParseID(c.ID)
	if err != nil {
		return err
	}
	return p.openRejected(func(s *rejected.Store) error {
		if err := s.Restore(p.ctx, access.Person{Name: cmp.Or(c.By, userName())}, id); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "waits again: %s\n", id)
		return nil
	})
}

// userName is who is at the command line.
func userName() string {
	name := os.Getenv("USER")
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return cmp.Or(name, "command line")
}
