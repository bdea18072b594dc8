package archive

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/fault"
)

// Mapping says in which field of a file something stands: target → field. A
// field that begins with = is no field but the value itself, for all lines:
// source==1084368520. The targets are those of Targets; id, text and published
// are needed, and source too, unless id is whole (telegram:1084368520/70989).
type Mapping map[string]string

// Targets are what can be mapped. "title" is the title of the channel
// (post.Channel), "headline" that of an article (post.Title); "author" is
// taken for a person, so that only a pseudonym of it is kept.
func Targets() []string {
	return []string{"id", "source", "title", "headline", "text", "published", "url", "author", "author_id", "reply_to",
		"views", "reposts", "comments", "likes"}
}

// ParseMapping reads "id=message_id,source=sender_id".
func ParseMapping(s string) (Mapping, error) {
	m := Mapping{}
	for part := range strings.SplitSeq(s, ",") {
		k, v, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok || k == "" || v == "" {
			return nil, fault.Fields(fault.Field{Path: "--map", Message: fmt.Sprintf("%q is not target=field", part)})
		}
		if _, twice := m[k]; twice {
			return nil, fault.Fields(fault.Field{Path: "--map", Message: fmt.Sprintf("%s stands there twice", k)})
		}
		m[k] = v
	}
	return m, fault.Fields(m.check()...)
}

func (m Mapping) check() (bad []fault.Field) {
	if len(m) == 0 {
		return nil
	}
	field := func(format string, args ...any) {
		bad = append(bad, fault.Field{Path: "--map", Message: fmt.Sprintf(format, args...)})
	}
	for k, v := range m {
		if !slices.Contains(Targets(), k) {
			field("%q is unknown; there are %s", k, strings.Join(Targets(), ", "))
		}
		if v == "" {
			field("%s names no field", k)
		}
	}
	for _, k := range []string{"id", "text", "published"} {
		if m[k] == "" {
			field("%s is missing", k)
		}
	}
	return bad
}

// row makes a post of the fields of one line. get gives a field as text; ok is
// false where the line has none.
func (m Mapping) row(network string, zone *time.Location, get func(field string) (string, bool)) (it source.Item, why verdict) {
	value := func(target string) string {
		f, mapped := m[target]
		if v, literal := strings.CutPrefix(f, "="); literal {
			return v
		}
		if !mapped {
			return ""
		}
		v, _ := get(f)
		return v
	}
	for _, k := range []string{"id", "text", "published", "source"} {
		f := m[k]
		if _, ok := get(f); f != "" && f[0] != '=' && !ok {
			return it, verdict{bad: fmt.Sprintf("%q is missing", f)}
		}
	}
	var err error
	if it.ID, err = identity(network, value("source"), value("id")); err != nil {
		return it, verdict{bad: err.Error()}
	}
	it.PublishedRaw = value("published")
	if it.Published, err = parseTime(it.PublishedRaw, zone); err != nil {
		return it, verdict{bad: err.Error()}
	}
	p := &it.Post
	p.Text, p.Title, p.Channel, p.URL = value("text"), value("headline"), value("title"), value("url")
	if name, id := value("author"), value("author_id"); name != "" || id != "" {
		if id == "" {
			id = name
		}
		p.Author = &post.Author{ID: id, Name: name, Person: true}
	}
	if r := value("reply_to"); r != "" {
		if p.ReplyTo, err = identity(network, value("source"), r); err != nil {
			p.ReplyTo = "" // the post is worth more than what it answers
		}
	}
	for target, to := range map[string]**post.Counter{"views": &p.Counters.Views, "reposts": &p.Counters.Reposts,
		"comments": &p.Counters.Comments, "likes": &p.Counters.Likes} {
		if v := value(target); v != "" {
			n, err := wholeNumber(v)
			if err != nil || n < 0 {
				return it, verdict{bad: fmt.Sprintf("%s: %.40q is not a count", target, v)}
			}
			*to = &post.Counter{Value: n, Step: 1}
		}
	}
	return it, verdict{}
}

// identity makes an id of what a file says; where it names no source, the id
// has to be whole.
func identity(network, owner, native string) (post.ID, error) {
	owner, native = strings.TrimSpace(owner), strings.TrimSpace(native)
	if owner == "" {
		id := post.ID(native)
		if err := id.Check(); err != nil {
			return "", fmt.Errorf("there is no source, and the %w", err)
		}
		return id, nil
	}
	if network != telegram {
		return post.NewID(network, owner, native)
	}
	channel, err := wholeNumber(strings.TrimPrefix(owner, "channel"))
	if err != nil || channel == 0 {
		return "", fmt.Errorf("source %.40q is not the number of a channel", owner)
	}
	message, err := wholeNumber(native)
	if err != nil || message <= 0 {
		return "", fmt.Errorf("id %.40q is not the number of a message", native)
	}
	return post.NewID(network, post.TelegramOwner(channel), strconv.FormatInt(message, 10))
}

// wholeNumber reads 17763, and 17763.0 as tables write it.
func wholeNumber(s string) (int64, error) {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) >= 1<<53 {
		return 0, fmt.Errorf("%.40q is not a whole number", s)
	}
	return int64(f), nil
}

var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999 -0700",
	"2006-01-02 15:04:05.999999999", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
	"02.01.2006 15:04:05", "02.01.2006, 15:04:05", "02.01.2006 15:04", "02.01.2006", time.RFC1123Z, time.RFC1123,
}

// parseTime reads a time in one of the usual forms, or seconds, milliseconds
// or microseconds since 1970; zone is of those that are written without one.
func parseTime(s string, zone *time.Location) (time.Time, error) {
	s = strings.TrimSpace(s)
	for _, l := range layouts {
		if t, err := time.ParseInLocation(l, s, zone); err == nil && !t.IsZero() { // the year 1 is what programs write for none
			return t.UTC(), nil
		}
	}
	if n, err := wholeNumber(s); err == nil && n > 1e8 { // less is no time but, say, 20241124
		switch {
		case n < 1e11:
			return time.Unix(n, 0).UTC(), nil
		case n < 1e14:
			return time.UnixMilli(n).UTC(), nil
		case n < 1e17:
			return time.UnixMicro(n).UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%.60q is not a time such as 2026-11-24T18:00:00+10:00", s)
}

// parseObject reads one mapped line of NDJSON.
func (m Mapping) parseObject(s, network string, zone *time.Location) (it source.Item, why verdict) {
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber() // the number of a channel does not survive a float
	var o map[string]any
	if err := d.Decode(&o); err != nil {
		return it, verdict{bad: "not a JSON object: " + jsonReason(err)}
	}
	if d.More() {
		return it, verdict{bad: "more than one JSON object in a line"}
	}
	return m.row(network, zone, func(f string) (string, bool) {
		v, ok := o[f]
		switch v := v.(type) {
		case nil:
			return "", ok
		case string:
			return v, true
		case json.Number:
			return v.String(), true
		case bool:
			return strconv.FormatBool(v), true
		}
		return "", false
	})
}
