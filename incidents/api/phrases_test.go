package api

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/internal/access"
)

func TestTranslate(t *testing.T) {
	for en, ru := range map[string]string{
		`region "RU-XXX" is unknown; a code looks like RU-PRI`:                      `регион "RU-XXX" неизвестен; код выглядит так: RU-PRI`,
		`expected length <= 5`:                                                      `нужно символов не больше 5`,
		`"accept" is not possible in state "closed"; possible now: reopen, comment`: `действие «Принять в работу» невозможно в состоянии «Закрыт»; сейчас возможны: «Открыть снова», «Комментарий»`,
		`role "head" may not edit people`:                                           `роли «Руководитель» не разрешено менять список людей`,
		`role "head" may not "assign" an incident`:                                  `роли «Руководитель» не разрешено действие «Назначить ведомство»`,
		`role "head" may not open an incident`:                                      `роли «Руководитель» не разрешено заводить инциденты`,
		`nothing to undo: the state before "spam" is not known`:                     `отменять нечего: состояние до «Спам» неизвестно`,
		`"lost" is no state; there are new, triage`:                                 `состояния "lost" нет; есть new, triage`,
		`expected required property name to be present`:                             `не хватает обязательного поля name`,
		`nobody has thought of this`:                                                `nobody has thought of this`,
		`there is no rule {}`:                                                       `правила {} нет`,
	} {
		require.Equal(t, ru, translate(Russian, en))
		require.Equal(t, en, translate(English, en))
	}
	for _, p := range named {
		require.Len(t, p.holes, strings.Count(p.en, "{}"), p.en)
		require.Equal(t, strings.Count(p.en, "{}"), strings.Count(p.ru, "{}"), p.en)
	}
	for _, p := range phrases {
		require.GreaterOrEqual(t, strings.Count(p.en, "{}"), strings.Count(p.ru, "{}"), p.en)
		holes, ok := fit(p.en, p.en)
		require.True(t, ok, p.en)
		require.Len(t, holes, strings.Count(p.en, "{}"))
	}
}

// Roles, actions, states and commands have Russian names, and no others.
func TestNames(t *testing.T) {
	same := func(n names, ids []string) {
		t.Helper()
		require.ElementsMatch(t, ids, slices.Collect(maps.Keys(n)))
		for id, word := range n {
			require.Regexp(t, `^[«а-я][ «»а-яА-ЯЁё]+$`, word, id)
		}
	}
	same(roleNames, idsOf(access.Roles()))
	same(actionNames, idsOf(access.Actions()))
	same(stateNames, idsOf(incident.States()))
	same(commandNames, idsOf(incident.Commands()))
	require.Equal(t, "«Закрыть», huh, «Комментарий»", commandNames.word(`"close", huh, comment`))
}

func idsOf[T ~string](all []T) (out []string) {
	for _, x := range all {
		out = append(out, string(x))
	}
	return out
}

var verb = regexp.MustCompile(`%[-+.0-9]*[a-z]`)

// Whatever the packages behind say to people is said in Russian too: this reads
// their messages out of their code.
func TestEveryMessageHasItsPhrase(t *testing.T) {
	internal := []string{ // said to other programs of ours
		"source {} was taken over by another crawler", "{} is read already under another address", "there is no notification {}",
		"post {} belongs to an incident of {} already",
		"the bootstrap token (OTKLIK_BOOTSTRAP_TOKEN) has {} characters; use {}–{} printable Latin ones without spaces, for example the output of: openssl rand -hex 32",
		"source {} is {}: {}",
		// which the page says in its own words
		"there is no sign-in provider {}", "the sign-in provider {} does not answer: {}", "{} did not confirm the sign-in: {}",
		"this sign-in was not begun in this browser; begin again", "this sign-in is over or was used already; begin again",
		"too many people sign in through providers at once; try again", "this person may not sign in any more; ask your administrator",
		"nobody here has the e-mail address that the provider gives; ask your administrator to add you with it",
		"the glossary changes faster than it is read",
		// what a start with bad settings says
		"signing in through providers needs the public address of this installation, which they send people back to",
		"the id {} of a sign-in provider has other than 1–32 small Latin letters, digits and -", "two sign-in providers have the id {}",
		"the issuer of the sign-in provider {} is not an address", "the sign-in provider {} needs a name and a client id",
	}
	own := []string{ // with fields of their own words, or errors of other packages
		"{}", "{}: {} ({} → {}) by {}", "incident {} is at version {} now, not {}; read it again", "{} is not a time zone",
		"use newest, oldest or due", // huma refuses the others
		"the token is unknown, revoked or expired", "the session has ended; sign in again", "{} is not between {} and {}",
	}
	found := 0
	var foreign []string
	for _, dir := range []string{"../desk", "../live", "../incident", "../store", "../routing", "../deadline", "../../internal/access", "../../internal/people", "../../internal/stream/rejected", "../../indexer/standing", "../../indexer/glossary", "../../crawler/schedule"} {
		for _, m := range messages(t, dir) {
			m = verb.ReplaceAllString(m, "{}")
			if slices.Contains(internal, m) || slices.Contains(own, m) {
				continue
			}
			found++
			if translate(Russian, m) == m {
				foreign = append(foreign, dir+": "+m)
			}
		}
	}
	require.Empty(t, foreign, "messages without Russian words")
	require.Greater(t, found, 70)
}

// messages gives the formats of the errors that a package makes.
func messages(t *testing.T, dir string) []string { return literals(t, dir, says, "Message") }

// literals gives the sentences in calls of a package, and in a field of its
// literals.
func literals(t *testing.T, dir string, call func(*ast.CallExpr) bool, key string) (all []string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if call(n) {
					all = append(all, words(n.Args...)...)
				}
			case *ast.KeyValueExpr:
				if k, ok := n.Key.(*ast.Ident); ok && k.Name == key {
					all = append(all, words(n.Value)...)
				}
			}
			return true
		})
	}
	return all
}

// says: a call that makes an error for a person.
func says(c *ast.CallExpr) bool {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name == "field" || f.Name == "bad"
	case *ast.SelectorExpr:
		x, _ := f.X.(*ast.Ident)
		return f.Sel.Name == "bad" || x != nil && ((x.Name == "f" || x.Name == "bad") && f.Sel.Name == "add" || x.Name == "fault" && (f.Sel.Name == "New" || f.Sel.Name == "Changed"))
	}
	return false
}

// words gives the literals that are sentences: paths of fields have no spaces.
func words(in ...ast.Expr) (all []string) {
	for _, e := range in {
		ast.Inspect(e, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				if s, err := strconv.Unquote(l.Value); err == nil && strings.Contains(s, " ") && s != ", " && !strings.HasPrefix(s, "2006-") {
					all = append(all, s)
				}
			}
			return true
		})
	}
	return all
}
