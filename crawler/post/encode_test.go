package post_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
)

var now = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func record() post.Record {
	return post.Record{
		Envelope: post.Envelope{
			V: post.EnvelopeVersion, Kind: post.Revision, ID: "telegram:1084368520/70989", Rev: 7, Hash: "00", Observed: now,
			Published: now.Add(-time.Hour), PublishedRaw: "2026-11-24T18:00:00+10:00", Bucket: "standard-2026-11", Origin: post.Live,
			Regions: []string{"RU-PRI"}, Visibility: post.Public,
		},
		Post: &post.Post{Type: post.TypePost, Text: "нет <отопления> & воды\nвторой день"},
	}
}

// The written form is a contract between binaries of different versions.
func TestEncodedFormIsFrozen(t *testing.T) {
	b, err := post.Encode(record())
	require.NoError(t, err)
	require.Equal(t, `{"v":1,"kind":"revision","id":"telegram:1084368520/70989","rev":7,"hash":"00","observed":"2026-11-24T09:00:00Z",`+
		`"published":"2026-11-24T08:00:00Z","published_raw":"2026-11-24T18:00:00+10:00","bucket":"standard-2026-11","origin":"live",`+
		`"regions":["RU-PRI"],"visibility":"public","analysis":0,"post":{"type":"post","text":"нет <отопления> & воды\nвторой день","counters":{}}}`, string(b))
}

func TestDecode(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*post.Record)
		want   string // part of the error; "" is none
	}{
		"as it is":               {func(*post.Record) {}, ""},
		"version before":         {func(r *post.Record) { r.V = post.EnvelopeVersion - 1 }, ""},
		"version after":          {func(r *post.Record) { r.V = post.EnvelopeVersion + 1 }, ""},
		"version too old":        {func(r *post.Record) { r.V = post.EnvelopeVersion - 2 }, "version"},
		"version too new":        {func(r *post.Record) { r.V = post.EnvelopeVersion + 2 }, "version"},
		"no id":                  {func(r *post.Record) { r.ID = "" }, "id"},
		"no bucket":              {func(r *post.Record) { r.Bucket = "" }, "bucket"},
		"no rev":                 {func(r *post.Record) { r.Rev = 0 }, "rev"},
		"negative rev":           {func(r *post.Record) { r.Rev = -1 }, "rev"},
		"unknown kind":           {func(r *post.Record) { r.Kind = "rumour" }, "kind"},
		"unknown visibility":     {func(r *post.Record) { r.Visibility = "" }, "visibility"},
		"no time":                {func(r *post.Record) { r.Published = time.Time{} }, "published"},
		"never observed":         {func(r *post.Record) { r.Observed = time.Time{} }, "observed"},
		"revision without post":  {func(r *post.Record) { r.Post = nil }, "no post"},
		"counters without post":  {func(r *post.Record) { r.Kind, r.Post = post.Counters, nil }, "no post"},
		"deletion without post":  {func(r *post.Record) { r.Kind, r.Post = post.Deletion, nil }, ""},
		"sealed without post":    {func(r *post.Record) { r.Visibility, r.Post = post.Sealed, nil }, ""},
		"partner without a post": {func(r *post.Record) { r.Visibility, r.Post = post.Partner, nil }, "no post"},
	} {
		t.Run(name, func(t *testing.T) {
			r := record()
			c.change(&r)
			b, err := post.Encode(r)
			require.NoError(t, err)
			got, err := post.Decode(b)
			if c.want != "" {
				require.ErrorContains(t, err, c.want)
				require.Zero(t, got)
				return
			}
			require.NoError(t, err)
			require.Equal(t, r, got)
		})
	}
}

// A version that is too far is told from a defect, so that a reader can wait
// for its own update instead of throwing records away.
func TestVersionErrorIsItsOwn(t *testing.T) {
	r := record()
	r.V = post.EnvelopeVersion + 2
	b, err := post.Encode(r)
	require.NoError(t, err)
	_, err = post.Decode(b)
	require.ErrorIs(t, err, post.ErrVersion)
	r.V, r.Rev = post.EnvelopeVersion, 0
	b, err = post.Encode(r)
	require.NoError(t, err)
	_, err = post.Decode(b)
	require.NotErrorIs(t, err, post.ErrVersion)
}

func TestFieldsOfTheNextVersionAreIgnored(t *testing.T) {
	b, err := post.Encode(record())
	require.NoError(t, err)
	s := strings.Replace(string(b), `"v":1`, `"v":2,"mood":{"sad":true}`, 1)
	got, err := post.Decode([]byte(strings.Replace(s, `"counters":{}`, `"counters":{},"smell":["gas"]`, 1)))
	require.NoError(t, err)
	require.Equal(t, 2, got.V)
	require.Equal(t, record().Post, got.Post)
}

func TestDecodeOfRubbish(t *testing.T) {
	for _, s := range []string{"", "null", "{}", "[]", "1", `"post"`, "{", "{\"v\":\"1\"}", "\x00", strings.Repeat("[", 20_000)} {
		_, err := post.Decode([]byte(s))
		require.Error(t, err, "%.20q", s)
	}
}

func FuzzDecode(f *testing.F) {
	b, err := post.Encode(record())
	require.NoError(f, err)
	f.Add(b)
	f.Add([]byte(`{"v":1,"kind":"deletion","id":"a:b/c","rev":1,"observed":"2026-01-01T00:00:00Z","published":"2026-01-01T00:00:00Z","bucket":"a-2026-01","visibility":"public"}`))
	f.Add([]byte(`{"v":0,"post":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := post.Decode(b)
		if err != nil {
			require.Zero(t, r)
			return
		}
		require.NoError(t, r.Check())
		again, err := post.Encode(r)
		require.NoError(t, err)
		require.True(t, json.Valid(again))
		r2, err := post.Decode(again)
		require.NoError(t, err)
		require.Equal(t, r.ID, r2.ID)
		require.True(t, r.Published.Equal(r2.Published))
	})
}
