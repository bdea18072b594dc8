package incident_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

func TestApprovalBindsToTheText(t *testing.T) {
	author := access.Person{ID: 3, Role: access.Administrator}
	other := access.Person{ID: 4, Role: access.Administrator}
	draft := func(text string) *incident.Draft {
		return &incident.Draft{Text: text, Hash: incident.TextHash(text), Authors: []int64{2, 3}}
	}
	d := draft("Насос заменён.")
	require.Len(t, d.Hash, 64)
	require.NoError(t, incident.CheckApproval(d, other, d.Hash))
	for _, c := range []struct {
		name  string
		draft *incident.Draft
		who   access.Person
		hash  string
		want  fault.Kind
	}{
		{"no draft", nil, other, d.Hash, fault.Conflict},
		{"an empty draft", draft(""), other, incident.TextHash(""), fault.Conflict},
		{"the author of the last version", d, author, d.Hash, fault.Forbidden},
		{"the author of an earlier version", d, access.Person{ID: 2}, d.Hash, fault.Forbidden},
		{"nobody", d, access.Person{}, d.Hash, fault.Forbidden},
		{"no hash", d, other, "", fault.Invalid},
		{"the hash of another text", d, other, incident.TextHash("Насос не заменён."), fault.Conflict},
		{"a text that changed under its hash", &incident.Draft{Text: "другой", Hash: d.Hash}, other, d.Hash, fault.Conflict},
	} {
		require.Equal(t, c.want, fault.KindOf(incident.CheckApproval(c.draft, c.who, c.hash)), c.name)
	}

	require.Equal(t, fault.Conflict, fault.KindOf(incident.CheckApproved(nil)))
	require.Equal(t, fault.Conflict, fault.KindOf(incident.CheckApproved(d)), "nobody has approved it")
	d.ApprovedHash = d.Hash
	require.NoError(t, incident.CheckApproved(d))
	d.Text += " "
	require.Equal(t, fault.Conflict, fault.KindOf(incident.CheckApproved(d)), "one more space is another text")
	require.False(t, (&incident.Draft{}).Approved(), "no approval is not the approval of nothing")
}

func TestAnAuthorIsNotOfferedTheApproval(t *testing.T) {
	i := incident.Incident{State: incident.Review, Draft: &incident.Draft{Text: "x", Authors: []int64{7}}}
	require.Equal(t, []incident.Command{incident.DoRework, incident.DoComment}, incident.Allowed(i, access.Person{ID: 7, Role: access.Administrator}))
	require.Equal(t, []incident.Command{incident.DoRework, incident.DoApprove, incident.DoComment}, incident.Allowed(i, access.Person{ID: 8, Role: access.Administrator}))
}

func TestTitleOf(t *testing.T) {
	long := strings.Repeat("слово ", 40)
	for _, c := range []struct {
		name string
		post *post.Post
		want string
	}{
		{"no post", nil, ""},
		{"nothing", &post.Post{}, ""},
		{"only spaces", &post.Post{Text: " \n\t\u00a0 "}, ""},
		{"the first line", &post.Post{Text: "Нет воды\nтретий день"}, "Нет воды"},
		{"the first line that is not empty", &post.Post{Text: "\n\n  Нет   воды \nтретий день"}, "Нет воды"},
		{"a headline goes before the text", &post.Post{Title: "Авария  на сетях", Text: "Нет воды"}, "Авария на сетях"},
		{"exactly the limit", &post.Post{Text: strings.Repeat("я", 120)}, strings.Repeat("я", 120)},
		{"one more", &post.Post{Text: strings.Repeat("я", 121)}, strings.Repeat("я", 120) + "…"},
		{"cut at a word", &post.Post{Text: long}, strings.TrimSpace(strings.Repeat("слово ", 20)) + "…"},
		{"a word at the end that is too long", &post.Post{Text: "да " + strings.Repeat("я", 200)}, "да " + strings.Repeat("я", 117) + "…"},
		{"no dot before the ellipsis", &post.Post{Text: strings.Repeat("я", 110) + " в домах. А сегодня опять"}, strings.Repeat("я", 110) + " в домах…"},
		{"nor a dash, nor a bracket that opens", &post.Post{Text: strings.Repeat("я", 100) + " — (« " + strings.Repeat("я", 100)}, strings.Repeat("я", 100) + "…"},
		{"a bracket that closes stays", &post.Post{Text: strings.Repeat("я", 110) + " (вода). " + strings.Repeat("я", 100)}, strings.Repeat("я", 110) + " (вода)…"},
		{"nothing but dots", &post.Post{Text: strings.Repeat(".", 121)}, strings.Repeat(".", 120) + "…"},
		{"a word that ends at the limit", &post.Post{Text: strings.Repeat("я", 115) + " вода нет"}, strings.Repeat("я", 115) + " вода…"},
		{"not inside a flag", &post.Post{Text: "Ы" + strings.Repeat("🇷🇺", 70)}, "Ы" + strings.Repeat("🇷🇺", 59) + "…"},
		{"not inside a family", &post.Post{Text: strings.Repeat("👨‍👩‍👧", 30)}, strings.Repeat("👨‍👩‍👧", 24) + "…"},
		{"not between a letter and its accent", &post.Post{Text: strings.Repeat("я", 119) + "и\u0306" + strings.Repeat("я", 9)}, strings.Repeat("я", 119) + "…"},
		{"but a letter without an end ends", &post.Post{Text: "я" + strings.Repeat("\u0306", 500)}, "я" + strings.Repeat("\u0306", 119) + "…"},
		{"not cut inside a letter", &post.Post{Text: strings.Repeat("🔥", 121)}, strings.Repeat("🔥", 120) + "…"},
	} {
		require.Equal(t, c.want, incident.TitleOf(c.post), c.name)
	}
}

func FuzzTitleOf(f *testing.F) {
	for _, s := range []string{"", "Нет воды\nтретий день", strings.Repeat("a b", 100), "\x00\xff", "🔥 \u2028 🔥"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		title := incident.TitleOf(&post.Post{Text: s})
		require.LessOrEqual(t, utf8.RuneCountInString(title), 121)
		require.NotContains(t, title, "\n")
		require.True(t, utf8.ValidString(title) || !utf8.ValidString(s))
	})
}

func TestSeverities(t *testing.T) {
	for _, s := range []incident.Severity{"low", "normal", "raised", "critical"} {
		require.True(t, s.Valid())
	}
	for _, s := range []incident.Severity{"", "huge", "Low"} {
		require.False(t, s.Valid())
	}
}
