package api

import (
	"errors"
	"go/ast"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/crawler/source/rss"
	"github.com/otklik/otklik/crawler/source/telegram"
)

// What was seen of a source is told in the reader's language; what the network
// said itself, as it was.
func TestDetailOfASource(t *testing.T) {
	for _, c := range []struct {
		state  *source.State
		ru, en string
	}{
		{&source.State{Health: source.Gone, Detail: "there is no channel dvor"}, "канала dvor нет", "there is no channel dvor"},
		{&source.State{Health: source.Unreachable, Detail: "no whole answer from t.me", Err: errLost}, "нет полного ответа от t.me: connection reset", "no whole answer from t.me: connection reset"},
		{&source.State{Health: source.Blocked, Detail: "gazeta.example answered 403 Forbidden"}, "gazeta.example: ответ 403 Forbidden", "gazeta.example answered 403 Forbidden"},
		{&source.State{Health: source.NotUnderstood, Detail: "3 of 20 messages could not be read: no time ×3"}, "не удалось прочитать сообщений: 3 из 20: no time ×3", "3 of 20 messages could not be read: no time ×3"},
		{&source.State{Health: source.NotUnderstood, Detail: "nobody has thought of this"}, "nobody has thought of this", "nobody has thought of this"},
	} {
		v := schedule.Source{Health: c.state.Health, Detail: c.state.Error()}
		require.Equal(t, c.ru, detail(Russian, v))
		require.Equal(t, c.en, detail(English, v))
	}
	require.Empty(t, detail(Russian, schedule.Source{Health: source.OK}))
}

var errLost = errors.New("connection reset")

// Whatever the crawler says it saw is said in Russian too.
func TestEveryDetailHasItsPhrase(t *testing.T) {
	notUnderstood := func(c *ast.CallExpr) bool {
		f, ok := c.Fun.(*ast.Ident)
		return ok && f.Name == "notUnderstood"
	}
	found := 0
	for _, dir := range []string{"crawl", "adapters", "fetch", "source/telegram", "source/rss"} {
		for _, m := range literals(t, "../../crawler/"+dir, notUnderstood, "Detail") {
			m = verb.ReplaceAllString(m, "{}")
			if m == "{}: {}" {
				continue
			}
			found++
			require.NotEqual(t, m, detail(Russian, schedule.Source{Detail: m}), "in crawler/%s", dir)
		}
	}
	require.Greater(t, found, 25)
}

// Addresses that can't be sources are refused in the reader's language.
func TestAddressesAreRefusedInRussian(t *testing.T) {
	for address, check := range map[string]func(string) (string, error){
		"https://t.me/+abc":                           telegram.CheckAddress,
		"три слова":                                   telegram.CheckAddress,
		"ftp://gazeta.example/rss":                    rss.CheckAddress,
		"https://u:p@gazeta.example/rss":              rss.CheckAddress,
		"https://a..b/rss":                            rss.CheckAddress,
		"https://%zz/":                                rss.CheckAddress,
		"gazeta.example/" + strings.Repeat("a", 1100): rss.CheckAddress,
	} {
		_, err := check(address)
		require.Error(t, err, address)
		require.Regexp(t, `приглашение|напишите его|адрес ленты вида \S+: [а-я]`, translate(Russian, err.Error()), address)
	}
}
