// Package telegram reads public channels of Telegram from their pages on the
// web, t.me/s/{channel}, without an account.
//
// The newest page is read at every visit, with its edits and counters; every
// tenth visit the pages before it as well. What came between two visits and
// doesn't fit on one page is read backwards until a known number; so is the
// past, at first. A post that vanished between its neighbours is asked for by
// its own page before it is called deleted. A channel is known by its number:
// the name is an alias.
package telegram

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otklik/otklik/crawler/fetch"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/fault"
)

// Fetcher gets pages; *fetch.Fetcher is one.
type Fetcher interface {
	Get(ctx context.Context, r fetch.Request) (fetch.Response, error)
}

// Options of a Source. Fetcher and Channel are needed.
type Options struct {
	Fetcher Fetcher
	Base    string // "": https://t.me
	Channel string // a name, as CheckAddress gives it
	// Backfill is how many posts of the past are read at first; the newest
	// page, of up to 20, is read in any case.
	Backfill int
}

// Source is one channel. It keeps no state between calls but its options.
type Source struct{ Options }

// New makes the source of a channel.
func New(o Options) *Source {
	if o.Base == "" {
		o.Base = DefaultBase
	}
	o.Base = strings.TrimSuffix(o.Base, "/")
	return &Source{o}
}

// Every is the time between two visits that is polite by default.
const Every = 2 * time.Minute

// Connect reads the newest page for the channel's number and title.
func (s *Source) Connect(ctx context.Context) (source.Info, error) {
	p, err := s.page(ctx, 0)
	if err != nil {
		return source.Info{}, err
	}
	if p.end {
		return source.Info{}, notUnderstood("the channel has no messages yet, and only they say its number")
	}
	return p.info, nil
}

// Close does nothing: pages are all that was taken.
func (s *Source) Close() error { return nil }

// Read gives the next batch; see the package.
func (s *Source) Read(ctx context.Context, after source.Cursor) (source.Batch, error) {
	c, first, err := decode(after)
	if err != nil {
		return source.Batch{}, err
	}
	var b source.Batch
	switch sp := c.next(); {
	case first:
		b, err = s.begin(ctx, &c)
	case sp != nil:
		b, err = s.backwards(ctx, &c, sp)
	default:
		b, err = s.newest(ctx, &c)
	}
	if err != nil {
		return source.Batch{}, err
	}
	b.More = len(c.Spans) > 0
	b.Cursor, err = c.encode()
	return b, err
}

// begin reads the newest page for the first time: its posts are of the past.
func (s *Source) begin(ctx context.Context, c *cursor) (source.Batch, error) {
	p, err := s.page(ctx, 0)
	if err != nil {
		return source.Batch{}, err
	}
	if p.end {
		return source.Batch{}, notUnderstood("the channel has no messages yet, and only they say its number")
	}
	*c = cursor{Owner: p.owner, Newest: p.max, Oldest: p.min}
	c.remember(numbers(p.items))
	if left := s.Backfill - len(p.items); left > 0 && p.min > 1 {
		c.Spans = []span{{Kind: history, Before: p.min, Left: left}}
	}
	return source.Batch{Items: p.items, Info: &p.info, Skipped: p.skipped, Backfill: true}, nil
}

// newest reads the newest page again.
func (s *Source) newest(ctx context.Context, c *cursor) (source.Batch, error) {
	p, err := s.page(ctx, 0)
	if err != nil {
		return source.Batch{}, err
	}
	if p.end {
		return source.Batch{}, notUnderstood("the channel says that it has no messages, but had some up to number %d", c.Newest)
	}
	if err := s.same(c, p); err != nil {
		return source.Batch{}, err
	}
	b := source.Batch{Info: &p.info, Skipped: p.skipped}
	b.Items = from(p.items, c.Oldest)
	if err := s.vanished(ctx, c, p, math.MaxInt64, &b); err != nil {
		return source.Batch{}, err
	}
	if p.min > c.Newest+1 {
		c.addGap(c.Newest, p.min)
	}
	if c.Looks++; c.Looks >= deepEvery && p.min > c.Oldest && !c.has(reread) {
		c.Looks = 0
		c.Spans = append(c.Spans, span{Kind: reread, Before: p.min, Left: deepPages})
	}
	c.Newest, c.Turn = max(c.Newest, p.max), 0
	c.remember(numbers(b.Items))
	return b, nil
}

// backwards reads the next page of a span.
func (s *Source) backwards(ctx context.Context, c *cursor, sp *span) (source.Batch, error) {
	p, err := s.page(ctx, sp.Before)
	if err != nil {
		return source.Batch{}, err
	}
	if err := s.same(c, p); err != nil {
		return source.Batch{}, err
	}
	c.Turn++
	b := source.Batch{Skipped: p.skipped, Backfill: sp.Kind == history}
	// The links to older pages are not needed, and at times not there: the
	// smallest number of a page leads on. Numbers that shrink no longer are an
	// end, too.
	if p.end || p.min >= sp.Before {
		c.drop(sp)
		return b, nil
	}
	done := p.min <= 1
	switch sp.Kind {
	case gap:
		b.Items = from(before(p.items, sp.Before), sp.Down+1)
		c.remember(numbers(b.Items))
		done = done || p.min <= sp.Down+1
	case reread:
		b.Items = from(before(p.items, sp.Before), c.Oldest)
		if err := s.vanished(ctx, c, p, sp.Before, &b); err != nil {
			return source.Batch{}, err
		}
		sp.Left--
		done = done || sp.Left <= 0 || p.min <= c.Oldest
	case history:
		b.Items = before(p.items, sp.Before)
		c.remember(numbers(b.Items))
		c.Oldest = min(c.Oldest, p.min)
		sp.Left -= len(b.Items)
		done = done || sp.Left <= 0
	}
	if done {
		c.drop(sp)
	} else {
		sp.Before = p.min
	}
	return b, nil
}

// same refuses a page of another channel: its old name was given to somebody
// else.
func (s *Source) same(c *cursor, p *page) error {
	if p.owner == "" || p.owner == c.Owner {
		return nil
	}
	return &source.State{Health: source.Gone, Detail: fmt.Sprintf(
		"the name %s belongs to another channel now (%s, was %s)", s.Channel, p.owner, c.Owner)}
}

// vanished asks for posts that a page which covers their numbers doesn't show.
// Deletion leaves no trace there, but gaps between numbers have other reasons
// too. An answer that can't be had is asked for the next time.
func (s *Source) vanished(ctx context.Context, c *cursor, p *page, before int64, b *source.Batch) error {
	for _, id := range c.missing(p, before) {
		m, gone, err := s.embed(ctx, id)
		switch {
		case ctx.Err() != nil:
			return err
		case err != nil || !gone && m.owner != c.Owner:
			b.Skipped["vanished post that could not be asked for"]++
			return nil
		case gone:
			known, err := post.NewID(network, c.Owner, strconv.FormatInt(id, 10))
			if err != nil {
				return err
			}
			b.Deleted = append(b.Deleted, known)
			c.forget(id)
		default:
			c.forget(id) // it is there, only not shown: don't ask at every visit
		}
	}
	return nil
}

// Recheck reads the pages that posts stand on, as Read does: what is there says
// the same in both. What a page leaves out is asked for by its own page. That a
// post isn't there is believed only of a channel that shows itself to be the same.
func (s *Source) Recheck(ctx context.Context, ids []post.ID) (source.Batch, error) {
	b := source.Batch{Skipped: map[string]int{}}
	if len(ids) > source.MaxRecheck {
		return b, fault.New(fault.Invalid, "%d posts are more than %d", len(ids), source.MaxRecheck)
	}
	asked, owner, err := asked(ids)
	if err != nil || len(ids) == 0 {
		return b, err
	}
	for len(asked) > 0 {
		p, err := s.page(ctx, asked[0]+1)
		if err != nil {
			return source.Batch{}, err
		}
		if err := s.same(&cursor{Owner: owner}, p); err != nil {
			return source.Batch{}, err
		}
		// The greatest number is answered in any case, so this ends.
		n := 1
		for n < len(asked) && (p.end || asked[n] >= p.min) {
			n++
		}
		if err := s.onPage(ctx, p, owner, asked[:n], &b); err != nil {
			return source.Batch{}, err
		}
		asked = asked[n:]
	}
	if err := s.confirm(ctx, owner, b.Deleted); err != nil {
		return source.Batch{}, err
	}
	return b, nil
}

// asked gives the numbers of posts, the greatest first, and the channel.
func asked(ids []post.ID) (numbers []int64, owner string, err error) {
	for _, id := range ids {
		n, err := strconv.ParseInt(id.Native(), 10, 64)
		_, of, _ := strings.Cut(id.Source(), ":")
		if err != nil || id.Network() != network || n <= 0 || owner != "" && of != owner {
			return nil, "", fault.New(fault.Invalid, "%s is not a post of one channel of Telegram", id)
		}
		numbers, owner = append(numbers, n), of
	}
	slices.Sort(numbers)
	slices.Reverse(numbers)
	return slices.Compact(numbers), owner, nil
}

// onPage answers for posts whose numbers a page covers.
func (s *Source) onPage(ctx context.Context, p *page, owner string, asked []int64, b *source.Batch) error {
	for _, n := range asked {
		if i := slices.IndexFunc(p.items, func(it source.Item) bool { return number(it) == n }); i >= 0 {
			b.Items = append(b.Items, p.items[i])
			continue
		}
		if p.ids[n] {
			continue // a photo of an album, which is known by its first, or no post
		}
		m, gone, err := s.embed(ctx, n)
		if err != nil {
			return err
		}
		if gone {
			id, err := post.NewID(network, owner, strconv.FormatInt(n, 10))
			if err != nil {
				return err
			}
			b.Deleted = append(b.Deleted, id)
			continue
		}
		if err := s.same(&cursor{Owner: owner}, &page{owner: m.owner}); err != nil {
			return err
		}
		it, err := m.item(m.owner, m.post.Channel)
		if err != nil {
			return notUnderstood("%v", err)
		}
		if number(it) == n {
			b.Items = append(b.Items, it)
		}
	}
	return nil
}

// confirm makes sure that it is the channel itself that shows posts no more.
func (s *Source) confirm(ctx context.Context, owner string, gone []post.ID) error {
	if len(gone) == 0 {
		return nil
	}
	p, err := s.page(ctx, 0)
	if err == nil && p.owner != owner {
		err = &source.State{Health: source.Gone, Detail: fmt.Sprintf(
			"the name %s belongs to another channel now (%s), posts of %s can't be asked for", s.Channel, p.owner, owner)}
	}
	return err
}

// page reads the newest page, or that before a number.
func (s *Source) page(ctx context.Context, before int64) (*page, error) {
	address := s.Base + "/s/" + url.PathEscape(s.Channel)
	if before > 0 {
		address += "?before=" + strconv.FormatInt(before, 10)
	}
	body, err := s.get(ctx, address)
	if err != nil {
		return nil, err
	}
	p, err := parsePage(body)
	var state *source.State
	if errors.As(err, &state) && state.Health == source.Gone {
		state.Detail = fmt.Sprintf("there is no channel %s", s.Channel)
	}
	if err != nil {
		return nil, err
	}
	if !nameForm.MatchString(strings.ToLower(p.name)) {
		p.name = s.Channel
	}
	if p.info.Title == "" {
		p.info.Title = p.name
	}
	p.info.Source, p.info.Address = network+":"+p.owner, s.Base+"/"+p.name
	return p, nil
}

// embed reads the page of one message.
func (s *Source) embed(ctx context.Context, id int64) (m message, gone bool, err error) {
	address := fmt.Sprintf("%s/%s/%d?embed=1&mode=tme", s.Base, url.PathEscape(s.Channel), id)
	body, err := s.get(ctx, address)
	if err != nil {
		return m, false, err
	}
	return parseEmbed(body)
}

// get gives a page as valid UTF-8, without which Postgres takes nothing.
func (s *Source) get(ctx context.Context, address string) (string, error) {
	res, err := s.Fetcher.Get(ctx, fetch.Request{URL: address, Accept: "text/html"})
	if err != nil {
		return "", err
	}
	body, _ := fetch.Text(res.Body, res.Header.Get("Content-Type"))
	return body, nil
}

func number(it source.Item) int64 {
	n, _ := strconv.ParseInt(it.ID.Native(), 10, 64) // made from a number
	return n
}

func numbers(items []source.Item) (out []int64) {
	for _, it := range items {
		out = append(out, number(it))
	}
	return out
}

// from gives the items from a number on.
func from(items []source.Item, n int64) (out []source.Item) {
	for _, it := range items {
		if number(it) >= n {
			out = append(out, it)
		}
	}
	return out
}

// before gives the items before a number.
func before(items []source.Item, n int64) (out []source.Item) {
	for _, it := range items {
		if number(it) < n {
			out = append(out, it)
		}
	}
	return out
}
