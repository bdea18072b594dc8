package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/internal/stream"
)

// verdict is what came of a run, held against what was published. Every count
// but those of posts, tickets and notifications must be zero.
type verdict struct {
	posts, tickets, sent, doubtful int

	missing, stale, twice          int // posts in the index
	unanswered, doubled, uncalled  int // incidents: too few, too many, of posts that ask for none
	unsent, sentTwice              int // notifications
	rejected, wentBack, unfinished int // records; commits
	cut                            int // notifications that were cut off, and that nobody waited for
	together                       int // readings of a source while another was under way
	ends                           []string
	faults                         []error // what else was wrong
	behind                         int64   // the most records that waited, as the log says
	stood                          time.Duration
	caughtUp                       time.Duration
	peak                           map[string]int64 // resident bytes, by role
	heard                          heard
	notes                          []string // what a scenario measured besides
}

func (v *verdict) ok() bool {
	return v.missing+v.stale+v.twice+v.unanswered+v.doubled+v.uncalled+v.unsent+v.sentTwice+v.rejected+v.wentBack+v.unfinished+
		v.together+v.heard.silent == 0 && len(v.faults) == 0
}

// String is one line: what went through, and what was lost or doubled.
func (v *verdict) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d posts, %d tickets, %d notifications (%d doubtful), ", v.posts, v.tickets, v.sent, v.doubtful)
	n := 0
	for _, c := range []struct {
		what string
		n    int
	}{
		{"posts missing", v.missing}, {"posts not in their newest edition", v.stale}, {"posts twice", v.twice},
		{"posts without their incident", v.unanswered}, {"incidents too many", v.doubled}, {"incidents nobody asked for", v.uncalled},
		{"notifications not sent", v.unsent}, {"notifications sent twice and called sure", v.sentTwice},
		{"records rejected", v.rejected}, {"commits that went back", v.wentBack}, {"records never read", v.unfinished},
		{"readings of a source by two at once", v.together}, {"times the page said that nothing waits, and something did", v.heard.silent},
	} {
		if c.n > 0 {
			fmt.Fprintf(&b, "%d %s, ", c.n, c.what)
			n++
		}
	}
	if n == 0 {
		b.WriteString("nothing lost, nothing doubled, ")
	}
	fmt.Fprintf(&b, "%d records behind at most (the page: %d, and %d times that something is away, each time within %.1f s), no partition stood for more than %.1f s, caught up in %.1f s",
		v.behind, v.heard.waiting, v.heard.away, v.heard.slowest.Seconds(), v.stood.Seconds(), v.caughtUp.Seconds())
	if v.cut > 0 {
		fmt.Fprintf(&b, ", %d notifications cut off, to be tried again within two minutes", v.cut)
	}
	if len(v.ends) > 0 {
		fmt.Fprintf(&b, ", %d ends of processes by themselves", len(v.ends))
	}
	for _, role := range slices.Sorted(maps.Keys(v.peak)) {
		fmt.Fprintf(&b, ", %s %d MB", role, v.peak[role]>>20)
	}
	for _, n := range v.notes {
		fmt.Fprintf(&b, "\n    %s", n)
	}
	for _, err := range v.faults {
		fmt.Fprintf(&b, "\n    %v", err)
	}
	return b.String()
}

var (
	markOf    = regexp.MustCompile(`знак(\d+)`)
	editionOf = regexp.MustCompile(`Издание(\d)`)
)

// number finds the number that follows a word; -1 where it isn't there.
func number(re *regexp.Regexp, s string) int {
	m := re.FindStringSubmatch(s)
	if m == nil {
		return -1
	}
	n, _ := strconv.Atoi(m[1]) // digits by the expression
	return n
}

// settle waits until all that was published has gone through.
func (r *run) settle(ctx context.Context, limit time.Duration) error {
	all := r.town.all()
	begin := time.Now()
	defer func() { r.verdict.caughtUp = time.Since(begin) }()
	return until(ctx, limit, "all posts found and all of the log read", func() (bool, error) {
		if err := errors.Join(r.read(ctx), r.index(ctx, all)); err != nil {
			return false, err
		}
		if r.verdict.missing+r.verdict.stale > 0 {
			return false, fmt.Errorf("%d posts are missing, %d are old", r.verdict.missing, r.verdict.stale)
		}
		if err := r.measureLag(ctx); err != nil || r.verdict.unfinished > 0 {
			return false, err
		}
		return r.delivered(ctx)
	})
}

// ownRegions finds what the town published, and nothing that was put into the
// log beside it.
const ownRegions = "region:RU-PRI | region:RU-KHA"

// index reads all of the town's posts in the index through the API and counts what is wrong with it.
func (r *run) index(ctx context.Context, all []told) error {
	found := map[int]int{} // post → edition
	v := &r.verdict
	v.missing, v.stale, v.twice, v.posts = 0, 0, 0, len(all)
	for after := ""; ; {
		var page struct {
			Items []struct{ Title, Text string }
			Next  string
		}
		path := "/posts?limit=1000&query=" + url.QueryEscape(ownRegions) + "&after=" + url.QueryEscape(after)
		if err := r.product.Call(ctx, http.MethodGet, path, nil, &page); err != nil {
			return err
		}
		for _, it := range page.Items {
			n := number(markOf, it.Title)
			if n < 0 {
				continue // yesterday's issue
			}
			if _, ok := found[n]; ok {
				v.twice++
			}
			found[n] = number(editionOf, it.Text)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	for n, x := range all {
		switch e, ok := found[n]; {
		case !ok:
			v.missing++
		case e != x.edition:
			v.stale++
		}
	}
	return nil
}

// reader is a group whose commits are watched, and its stage on the page.
type reader struct{ group, topic, stage string }

func groups() []reader {
	return []reader{{"indexer", stream.Posts, "index"}, {"desk", stream.Matches, "desk"}}
}

// lags asks the log itself what waits for every group.
func (r *run) lags(ctx context.Context) (map[string][]stream.Lag, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	all := map[string][]stream.Lag{}
	for _, g := range groups() {
		lags, err := r.log.Lag(ctx, g.group, g.topic)
		if err != nil {
			return nil, err
		}
		all[g.group] = lags
	}
	return all, nil
}

// place is how far a group was in a partition, and since when.
type place struct {
	committed int64
	since     time.Time // that it waits there
}

// measureLag counts what waits in the log, and commits that went back since
// they were last seen, and how long a partition stood still.
func (r *run) measureLag(ctx context.Context) error {
	all, err := r.lags(ctx)
	if err != nil {
		return err
	}
	waiting, now := int64(0), time.Now()
	for group, lags := range all {
		for _, l := range lags {
			key := fmt.Sprintf("%s/%d", group, l.Partition)
			was := r.places[key]
			if l.Committed < was.committed {
				r.verdict.wentBack++
				continue
			}
			if l.Committed > was.committed || l.Committed == l.End || was.since.IsZero() {
				was = place{l.Committed, now}
			}
			r.places[key] = was
			r.verdict.stood = max(r.verdict.stood, now.Sub(was.since))
			waiting += max(0, l.End-l.Committed)
		}
	}
	r.verdict.unfinished = int(waiting)
	return nil
}

// unsentSQL counts what is to be sent, and the jobs that a killed process had
// begun: the product takes them up again within two minutes.
const unsentSQL = `SELECT (SELECT count(*) FROM notification WHERE state IN ('pending', 'sending') AND send_after <= now()),
	(SELECT count(*) FROM river_job WHERE state = 'running' AND attempted_at < now() - interval '10 s')`

// delivered says whether nothing waits to be sent. CI does not wait for what a
// killed process had begun, but counts it.
func (r *run) delivered(ctx context.Context) (bool, error) {
	var waiting, cut int
	err := r.ask(ctx, func(conn *pgx.Conn) error { return conn.QueryRow(ctx, unsentSQL).Scan(&waiting, &cut) })
	if r.quick && waiting <= cut {
		r.verdict.cut = waiting
		return err == nil, err
	}
	if err == nil && waiting > 0 {
		err = fmt.Errorf("%d notifications wait to be sent", waiting)
	}
	return err == nil, err
}

// readSQL counts the sources that were not read through since the last post was
// published: what the log took without saying so comes once more with that.
const readSQL = `SELECT count(*) FROM source WHERE NOT (health = 'ok' AND coalesce(last_ok > $1, false))`

func (r *run) read(ctx context.Context) error {
	var unread int
	err := r.ask(ctx, func(conn *pgx.Conn) error { return conn.QueryRow(ctx, readSQL, r.published).Scan(&unread) })
	if err == nil && unread > 0 {
		err = fmt.Errorf("%d sources are not read to their end", unread)
	}
	return err
}

// ask asks the database itself, past the product and past the proxy.
func (r *run) ask(ctx context.Context, f func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, r.database)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return f(conn)
}

// judge counts what came of it all.
func (r *run) judge(ctx context.Context) error {
	all := r.town.all()
	return errors.Join(r.index(ctx, all), r.countLoaded(ctx), r.noteTickets(ctx), r.measureLag(ctx), r.ask(ctx, func(conn *pgx.Conn) error {
		return errors.Join(r.incidents(ctx, conn, all), r.notifications(ctx, conn))
	}), r.rejections(ctx))
}

func (r *run) incidents(ctx context.Context, conn *pgx.Conn, all []told) error {
	v := &r.verdict
	rows, err := conn.Query(ctx, `SELECT p.incident, c.body->>'title', c.body->>'text'
		FROM incident_post p JOIN incident_copy c ON c.region = p.region AND c.post_id = p.post_id AND c.rev = p.rev`)
	if err != nil {
		return err
	}
	v.unanswered, v.doubled, v.uncalled = 0, 0, 0
	incident := map[int]int64{}
	var of int64
	var title, text string
	if _, err := pgx.ForEachRow(rows, []any{&of, &title, &text}, func() error {
		n := number(markOf, title)
		switch {
		case n < 0 || n >= len(all) || !all[n].asks:
			v.uncalled++
		case incident[n] != 0:
			v.doubled++
		case number(editionOf, text) != all[n].edition:
			r.verdict.faults = append(r.verdict.faults, fmt.Errorf("incident %d has an old edition of post %d", of, n))
		}
		incident[n] = of
		return nil
	}); err != nil {
		return err
	}
	for n, x := range all {
		if x.asks && incident[n] == 0 {
			v.unanswered++
		}
	}
	if err := conn.QueryRow(ctx, `SELECT count(*) FROM incident`).Scan(&v.tickets); err != nil {
		return err
	}
	if more := v.tickets - len(incident); more > 0 {
		v.doubled += more
	}
	return nil
}

func (r *run) notifications(ctx context.Context, conn *pgx.Conn) error {
	v := &r.verdict
	// What is held until the region's morning is not late.
	rows, err := conn.Query(ctx, `SELECT key, state, event = 'assigned' FROM notification WHERE state <> 'pending' OR send_after <= now()`)
	if err != nil {
		return err
	}
	v.sent, v.doubtful, v.unsent, v.sentTwice = 0, 0, 0, 0
	var key, state string
	var first bool
	told := 0
	if _, err := pgx.ForEachRow(rows, []any{&key, &state, &first}, func() error {
		v.sent++
		if first {
			told++
		}
		switch times := r.town.hooks.times(key); {
		case state == "doubtful":
			v.doubtful++
			if times == 0 {
				v.unsent++ // said to have perhaps arrived more than once: it must have arrived
			}
		case state != "sent" || times == 0:
			v.unsent++
		case times > 1:
			v.sentTwice++
		}
		return nil
	}); err != nil {
		return err
	}
	v.unsent += max(0, v.tickets-told) // each ticket's agency is told
	v.unsent = max(0, v.unsent-v.cut)
	return nil
}

func (r *run) rejections(ctx context.Context) error {
	r.verdict.rejected = 0
	for _, g := range groups() {
		first, end, err := r.log.Kept(ctx, stream.Rejected(g.topic))
		if err != nil {
			return err
		}
		for p := range end {
			r.verdict.rejected += int(end[p] - first[p])
		}
	}
	return nil
}
