package feeds_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html/charset"

	"github.com/otklik/otklik/internal/simulate/feeds"
)

const path = "/rss.xml"

func serve(t *testing.T, f feeds.Feed) (*feeds.Server, func(header ...string) *httptest.ResponseRecorder) {
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	s := feeds.New(feeds.Options{Now: func() time.Time { return at }})
	f.Path, f.Title = path, `Вестник "двора" & <улицы>`
	require.NoError(t, s.AddFeed(f))
	for range 2 {
		_, err := s.Publish(path, feeds.Item{Title: "Нет воды ☔ & <света>", Text: "Раз ]]>\nhttps://a.example/?b=1&c=2", Author: "И",
			Enclosures: []feeds.Enclosure{{URL: "http://a.example/?x&y", Type: "image/png"}}})
		require.NoError(t, err)
	}
	return s, func(header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "http://gazeta.example"+path, nil)
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
}

// Every form in every charset is well formed, and has every article.
func TestForms(t *testing.T) {
	for _, format := range []feeds.Format{feeds.RSS, feeds.RDF, feeds.Atom, feeds.JSON} {
		for _, cs := range []string{"utf-8", "windows-1251", "koi8-r"} {
			for _, guids := range []feeds.GUIDs{feeds.Permalink, feeds.Number, feeds.Changing, feeds.Bare, feeds.None} {
				_, get := serve(t, feeds.Feed{Format: format, Charset: cs, GUIDs: guids})
				body := get().Body.Bytes()
				if format == feeds.JSON {
					require.True(t, json.Valid(body))
					continue
				}
				d := xml.NewDecoder(strings.NewReader(string(body)))
				d.CharsetReader = charset.NewReaderLabel
				items, text := 0, ""
				for {
					tok, err := d.Token()
					if err == io.EOF {
						break
					}
					require.NoError(t, err, "%s", body)
					switch x := tok.(type) {
					case xml.StartElement:
						if x.Name.Local == "item" || x.Name.Local == "entry" {
							items++
						}
					case xml.CharData:
						text += string(x)
					}
				}
				require.Equal(t, 2, items)
				require.Contains(t, text, "Нет воды ☔ & <света>")
				require.Contains(t, text, "https://a.example/?b=1&amp;c=2")
			}
		}
	}
}

func TestValidators(t *testing.T) {
	s, get := serve(t, feeds.Feed{})
	first := get()
	tag, modified := first.Header().Get("ETag"), first.Header().Get("Last-Modified")
	require.Equal(t, http.StatusNotModified, get("If-None-Match", tag).Code)
	require.Equal(t, http.StatusNotModified, get("If-Modified-Since", modified).Code)
	require.Equal(t, http.StatusOK, get("If-None-Match", `"other"`, "If-Modified-Since", modified).Code, "the tag goes first")
	require.NoError(t, s.Edit(path, 1, func(it *feeds.Item) { it.Text = "Другое" }))
	require.Equal(t, http.StatusOK, get("If-None-Match", tag).Code)
	_, get = serve(t, feeds.Feed{Plain: true})
	require.Empty(t, get().Header().Get("ETag"))
}

func TestTroubles(t *testing.T) {
	s, get := serve(t, feeds.Feed{})
	s.Limit(1, time.Minute)
	w := get()
	require.Equal(t, http.StatusTooManyRequests, w.Code)
	require.Equal(t, "60", w.Header().Get("Retry-After"))
	s.Fail(1, http.StatusBadGateway)
	require.Equal(t, http.StatusBadGateway, get().Code)
	whole := get().Body.String()
	for _, b := range []feeds.Breakage{feeds.BreakHTML, feeds.BreakNames, feeds.BreakItems, feeds.BreakXML, feeds.BreakEmpty} {
		s.Break(b)
		w := get()
		require.Equal(t, http.StatusOK, w.Code)
		require.NotEqual(t, whole, w.Body.String(), b)
	}
	s.Heal()
	require.Equal(t, whole, get().Body.String())
	require.NoError(t, s.SetStatus(path, http.StatusGone))
	require.Equal(t, http.StatusGone, get().Code)
	require.Len(t, s.Asked(), 10)
	_, err := s.Publish("/nothing.xml", feeds.Item{})
	require.Error(t, err)
}
