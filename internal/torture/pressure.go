package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/internal/stream"
)

// The scenarios of pressure: something slows the consumers, or much more comes
// than ever. The crawler goes on reading into the log, and nobody's memory grows
// with what waits.

const (
	holdFor   = time.Minute     // an engine that is slow or locked
	readLag   = 8 * time.Second // from a post's publishing to the log, when all is well: a paper is read every 5 s
	settledIn = 10 * time.Second

	duringCatchUp = "while it caught up"
	freshLimit    = 15 * time.Second // for half of the tickets of posts that come meanwhile
)

// hold is how long an engine is kept from working in this run.
func (r *run) hold() time.Duration { return min(holdFor, r.over*3/4) }

// underHold keeps the consumers from working for a while, and holds the crawler
// to its word: what is published meanwhile is in the log.
func (r *run) underHold(ctx context.Context, begin func() (end func() error, err error)) error {
	if !r.pause(ctx, time.Second, 3*time.Second) {
		return errors.New("there was no time to begin")
	}
	end, err := begin()
	if err != nil {
		return err
	}
	logged, err := r.logged(ctx)
	published := len(r.town.all())
	t := time.NewTimer(r.hold())
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
	ctx = context.WithoutCancel(ctx)
	now, errNow := r.logged(ctx)
	due := -published
	for _, x := range r.town.all() {
		if time.Since(x.at) > readLag {
			due++
		}
	}
	err = errors.Join(err, errNow, end())
	if err == nil && now-logged < int64(due) {
		err = fmt.Errorf("the crawler did not go on: %d records came into the log while %d posts were due", now-logged, due)
	}
	r.note("%d records came into the log in %s under pressure, %d posts were due", now-logged, r.hold().Round(time.Second), due)
	return err
}

func (r *run) note(format string, args ...any) {
	r.verdict.notes = append(r.verdict.notes, fmt.Sprintf(format, args...))
}

// logged is how many records of posts the log has taken.
func (r *run) logged(ctx context.Context) (n int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, settledIn)
	defer cancel()
	_, end, err := r.log.Kept(ctx, stream.Posts)
	for _, o := range end {
		n += o
	}
	return n, err
}

// refusing has the node answer 429 to everything.
func refusing(ctx context.Context, r *run) error {
	p := r.engines.all[elasticsearch].proxy
	return r.underHold(ctx, func() (func() error, error) {
		p.refuse(true)
		return func() error { p.refuse(false); return nil }, nil
	})
}

// locking locks what indexer and desk write in Postgres: where the index is
// there its tables, and those of incidents. The log is not locked: the crawler
// goes on.
func locking(ctx context.Context, r *run) error {
	return r.underHold(ctx, func() (func() error, error) {
		conn, err := pgx.Connect(ctx, r.database)
		if err != nil {
			return nil, err
		}
		tx, err := conn.Begin(ctx)
		if err != nil {
			return nil, errors.Join(err, conn.Close(ctx))
		}
		end := func() error {
			ctx := context.WithoutCancel(ctx)
			return errors.Join(tx.Rollback(ctx), conn.Close(ctx))
		}
		rows, err := tx.Query(ctx, `SELECT tablename FROM pg_tables WHERE tablename LIKE 'search\_post\_%' OR tablename = 'incident' ORDER BY tablename`)
		if err != nil {
			return nil, errors.Join(err, end())
		}
		tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
		for _, t := range tables {
			if err == nil {
				_, err = tx.Exec(ctx, "LOCK TABLE "+pgx.Identifier{t}.Sanitize()+" IN ACCESS EXCLUSIVE MODE")
			}
		}
		if err != nil {
			return nil, errors.Join(err, end())
		}
		return end, nil
	})
}

// loadRegion is where posts live that are put into the log beside the town's.
// No rule is of it.
const loadRegion = "RU-MOW"

var loadedForm = regexp.MustCompile(`(\d+) records in .*: (\d+) posts, (\d+) copies`)

// load puts posts straight into the log, as fast as it takes them.
func (r *run) load(ctx context.Context, records int64) error {
	cmd := r.product.command("simulate", "--into-log", "--regions", loadRegion, "--copies", "0.1", "--edits", "0.05", "--posts", strconv.FormatInt(records, 10))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	defer stop()
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("load: %w\n%s", err, errs.String())
	}
	m := loadedForm.FindStringSubmatch(out.String())
	if m == nil {
		return fmt.Errorf("load: %q says no count", out.String())
	}
	posts, _ := strconv.ParseInt(m[2], 10, 64) // digits by the expression
	copies, _ := strconv.ParseInt(m[3], 10, 64)
	r.loaded += posts + copies
	r.note("straight into the log: %s", bytes.TrimSpace(out.Bytes()))
	return nil
}

// countLoaded holds what is found of the load against what was written.
func (r *run) countLoaded(ctx context.Context) error {
	if r.loaded == 0 {
		return nil
	}
	var found struct{ Posts int64 }
	if err := r.product.Call(ctx, http.MethodGet, "/posts/count?query="+url.QueryEscape("region:"+loadRegion), nil, &found); err != nil {
		return err
	}
	if found.Posts != r.loaded {
		return fmt.Errorf("of %d posts that were put into the log %d are found", r.loaded, found.Posts)
	}
	return nil
}

// bursting puts very many posts into the log at once, while it is read.
func bursting(ctx context.Context, r *run) error {
	r.pause(ctx, time.Second, 2*time.Second)
	return r.load(context.WithoutCancel(ctx), r.backlog)
}

// lagging stops the consumers, lets the posts of an hour come into the log, and
// starts them again. It measures what the town's posts, which come meanwhile and
// afterwards, wait for their tickets.
func lagging(ctx context.Context, r *run) error {
	late := context.WithoutCancel(ctx)
	for _, role := range []string{"index", "desk"} {
		for _, u := range r.product.named(role) {
			if err := u.stop(true); err != nil {
				return err
			}
			r.product.forget(u)
		}
	}
	if err := r.load(late, r.backlog); err != nil {
		return err
	}
	// So long that the page must have noticed: it measures every 15 s by itself,
	// and at once when it is asked.
	r.pause(ctx, 3*time.Second, 4*time.Second)
	waiting, err := r.backlogOf(late)
	if err != nil {
		return err
	}
	r.resumed = time.Now()
	for _, role := range []string{"index", "desk"} {
		r.product.add(role, role)
	}
	if err := until(late, 15*time.Minute, "what had come before the consumers came back is read", func() (bool, error) {
		left, err := r.backlogOf(late)
		return left == 0, err
	}); err != nil {
		return err
	}
	took := time.Since(r.resumed)
	r.caught = r.resumed.Add(took)
	r.note("%d records waited when the consumers came back, and were read in %.1f s, %.0f/s", waiting, took.Seconds(), float64(waiting)/took.Seconds())
	return nil
}

// backlogOf is what waits for the indexer.
func (r *run) backlogOf(ctx context.Context) (n int64, err error) {
	all, err := r.lags(ctx)
	for _, l := range all["indexer"] {
		n += max(0, l.End-l.Committed)
	}
	return n, err
}

// tickets says how long the town's posts that were published between two
// moments waited for their incident.
func (r *run) tickets(ctx context.Context, from, to time.Time) (took []time.Duration, err error) {
	all := r.town.all()
	return took, r.ask(ctx, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, `SELECT c.body->>'title', p.joined_at FROM incident_post p
			JOIN incident_copy c ON c.region = p.region AND c.post_id = p.post_id AND c.rev = p.rev`)
		if err != nil {
			return err
		}
		var title string
		var at time.Time
		_, err = pgx.ForEachRow(rows, []any{&title, &at}, func() error {
			n := number(markOf, title)
			if n >= 0 && n < len(all) && all[n].at.After(from) && all[n].at.Before(to) {
				took = append(took, at.Sub(all[n].at))
			}
			return nil
		})
		slices.Sort(took)
		return err
	})
}

// noteTickets says how long tickets took while the line caught up, and after.
func (r *run) noteTickets(ctx context.Context) error {
	if r.resumed.IsZero() {
		return nil
	}
	for _, part := range []struct {
		what     string
		from, to time.Time
	}{{duringCatchUp, r.resumed, r.caught}, {"afterwards", r.caught, time.Now()}} {
		took, err := r.tickets(ctx, part.from, part.to)
		if err != nil {
			return err
		}
		if n := len(took); n > 0 {
			if part.what == duringCatchUp && took[n/2] > freshLimit {
				return fmt.Errorf("new posts starve behind those that wait: half of their tickets took more than %s", took[n/2])
			}
			r.note("%d tickets of posts published %s: after %.1f s (half), %.1f s (99 of 100), %.1f s (all); up to 5 s of it until their paper is read",
				n, part.what, took[n/2].Seconds(), took[n*99/100].Seconds(), took[n-1].Seconds())
		}
	}
	return nil
}
