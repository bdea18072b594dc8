package post

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of what a record carries. Kafka refuses records over 1 MB; the sum of
// these, written as JSON, where a quote or a newline takes two bytes, stays
// below it. What is cut from Text is kept whole in ledger.Bodies.
const (
	MaxText  = 256 << 10 // bytes of Text
	MaxTitle = 4 << 10
	MaxName  = 512
	MaxURL   = 2 << 10
	MaxLinks = 48
	MaxMedia = 32
)

// Clean makes a string fit for every engine: invalid UTF-8 becomes U+FFFD,
// NUL (which Postgres refuses) and other control characters but newline and
// tab become spaces, \r\n and \r become \n.
func Clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if strings.IndexFunc(s, control) < 0 {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case control(r):
			return ' '
		}
		return r
	}, s)
}

func control(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }

// CutBytes gives the longest prefix of s of at most n bytes that ends between
// two runes.
func CutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

var mediaKinds = []MediaKind{Photo, Video, Audio, Voice, Document, Poll, Sticker, Location, Unsupported}

// Normalize cleans every string of the post and brings it within the limits,
// in place. It returns the whole cleaned text where Text had to be cut, else "".
func (p *Post) Normalize() (whole string) {
	cut := func(s string, n int) string { return strings.TrimSpace(CutBytes(strings.TrimSpace(Clean(s)), n)) }
	name := func(s string) string { return cut(s, MaxName) }
	url := func(s string) string {
		if s = strings.TrimSpace(Clean(s)); len(s) > MaxURL {
			return "" // half an address is worse than none
		}
		return s
	}
	if p.Type != TypeComment && p.Type != TypeMessage {
		p.Type = TypePost
	}
	if p.ReplyTo.Check() != nil {
		p.ReplyTo = "" // from a file anything may come
	}
	p.Title = cut(p.Title, MaxTitle)
	p.Text = strings.TrimSpace(Clean(p.Text))
	if len(p.Text) > MaxText {
		whole, p.Text, p.Cut = p.Text, CutBytes(p.Text, MaxText), true
	}
	p.URL, p.Channel = url(p.URL), name(p.Channel)
	if p.Author != nil {
		p.Author.ID, p.Author.Name = name(p.Author.ID), name(p.Author.Name)
	}
	if p.Forward != nil {
		p.Forward.Name, p.Forward.URL = name(p.Forward.Name), url(p.Forward.URL)
	}
	links := p.Links[:0]
	for _, l := range p.Links {
		if l = url(l); l != "" && len(links) < MaxLinks {
			links = append(links, l)
		}
	}
	p.Links = links
	if len(p.Media) > MaxMedia {
		p.Media = p.Media[:MaxMedia]
	}
	for i := range p.Media {
		m := &p.Media[i]
		m.ID, m.URL, m.Title = name(m.ID), url(m.URL), name(m.Title)
		if !slices.Contains(mediaKinds, m.Kind) {
			m.Kind = Unsupported
		}
	}
	return whole
}

// Hash names the content: two readings of a post with one hash say the same.
// Counters, the edited mark, the channel's title and addresses of media, which
// change by themselves, take no part. whole is the uncut text where the post
// was cut (see Normalize), else "".
func (p *Post) Hash(whole string) string {
	h := sha256.New()
	put := func(parts ...string) {
		for _, s := range parts {
			var n [8]byte
			binary.BigEndian.PutUint64(n[:], uint64(len(s)))
			h.Write(n[:])
			h.Write([]byte(s))
		}
	}
	if whole == "" {
		whole = p.Text
	}
	put("1", string(p.Type), p.Title, whole, string(p.ReplyTo), fmt.Sprint(len(p.Links)))
	put(p.Links...)
	put(fmt.Sprint(len(p.Media)))
	for _, m := range p.Media {
		put(string(m.Kind), m.ID, m.Title)
	}
	if p.Forward != nil {
		put(p.Forward.Name, p.Forward.URL)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
