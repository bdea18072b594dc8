package api

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/people"
)

// here is the region whose things are asked for, elsewhere the one whose people
// must not learn of them.
const here, elsewhere = "RU-PRI", "RU-SAM"

// world has one of everything in a region.
type world struct {
	*env
	n        int // of what was made
	number   int64
	agencies map[string]int64 // by region
	search   Search
	rule     int64
	source   int64
	person   int64
	post     post.ID
}

// aim is one well-formed request about what is of a region. Whoever may see the
// region succeeds or comes too late; whoever may not is told that it is not there.
type aim struct {
	path string // below /api/v1
	in   any
	list bool   // there is nothing of the region in the answer instead
	mark string // by which that is known; "": the region's code, or a count of posts
	hide bool   // from executors, who see posts through their incidents only
}

func newWorld(e *env) *world {
	w := &world{env: e, agencies: map[string]int64{here: e.agency(here, "Водоканал"), elsewhere: e.agency(elsewhere, "Водоканал")}}
	w.number = e.incident(here, "нет воды")
	v := want[IncidentView](e.get(fmt.Sprintf("/api/v1/incidents/%d", w.number), rootSecret), http.StatusOK)
	want[IncidentView](e.do("POST", fmt.Sprintf("/api/v1/incidents/%d/assign", w.number), rootSecret, obj{"version": v.Version, "agency": w.agencies[here]}), http.StatusOK)
	sealed := e.incident(here, "о ребёнке")
	_, err := e.pool.Exec(e.t.Context(), `UPDATE incident SET visibility = 'sealed' WHERE number = $1`, sealed)
	require.NoError(e.t, err)
	want[IncidentView](e.get(fmt.Sprintf("/api/v1/incidents/%d", sealed), rootSecret), http.StatusOK) // a look
	w.search = e.search(rootSecret, "вода", here)
	w.rule = w.makeRule()
	w.source = w.makeSource()
	want[obj](e.do("PUT", "/api/v1/presets/"+here, rootSecret, obj{"version": 0, "name": "night", "title": "Ночной", "clocks": obj{}}), http.StatusOK)
	w.person = e.id(e.person(access.Head, 0, here))
	w.post = "telegram:7/777"
	e.index(e.record(w.post, "вода", time.Now().UTC().Truncate(time.Second), here))
	return w
}

func (w *world) next() string { w.n++; return fmt.Sprint("x", w.n) }

func (w *world) made(path string, in obj) int64 {
	w.t.Helper()
	return want[struct{ ID int64 }](w.do("POST", "/api/v1"+path, rootSecret, in), http.StatusCreated).ID
}

func (w *world) ruleDraft() obj {
	return obj{"region": here, "search": w.search.ID, "name": w.next(), "enabled": false}
}

func (w *world) makeRule() int64 { w.t.Helper(); return w.made("/rules", w.ruleDraft()) }

func (w *world) sourceDraft() obj {
	return obj{"network": "rss", "address": w.next(), "regions": []string{here}}
}

func (w *world) makeSource() int64 { w.t.Helper(); return w.made("/sources", w.sourceDraft()) }

func (w *world) agencyDraft() obj { return obj{"region": here, "name": w.next()} }

func (w *world) personDraft() obj {
	return obj{"login": w.next(), "name": "x", "role": "head", "regions": []string{here}}
}

func (w *world) tokenDraft() obj {
	return obj{"name": w.next(), "role": "head", "regions": []string{here}}
}

// stale is a version that nothing has yet.
const stale = 99

func (w *world) commandAims() map[string]func() aim {
	out := map[string]func() aim{}
	for id, c := range map[string]struct {
		name string
		in   obj
	}{
		"triage-incident": {"triage", obj{}}, "assign-incident": {"assign", obj{}}, "spam-incident": {"spam", obj{}}, "not-ours-incident": {"not_ours", obj{}},
		"duplicate-incident": {"duplicate", obj{"of": w.number + 1}}, "claim-incident": {"claim", obj{}}, "undo-incident": {"undo", obj{}},
		"accept-incident": {"accept", obj{}}, "return-incident": {"return", obj{"reason": "x"}}, "draft-incident": {"draft", obj{"text": "x"}},
		"review-incident": {"review", obj{}}, "rework-incident": {"rework", obj{"reason": "x"}}, "approve-incident": {"approve", obj{"hash": "x"}},
		"publish-incident": {"publish", obj{}}, "answer-incident": {"answer", obj{"permalink": "https://t.me/x/1"}}, "interim-incident": {"interim", obj{"text": "x"}},
		"control-incident": {"control", obj{}}, "verify-incident": {"verify", obj{"proof": "x"}}, "close-incident": {"close", obj{}},
		"reopen-incident": {"reopen", obj{"reason": "x"}}, "comment-incident": {"comments", obj{"text": "x"}},
	} {
		in := maps.Clone(c.in)
		in["version"] = stale
		out[id] = func() aim { return aim{path: fmt.Sprintf("/incidents/%d/%s", w.number, c.name), in: in} }
	}
	return out
}

func (w *world) aims() map[string]func() aim {
	get := func(format string, args ...any) func() aim {
		return func() aim { return aim{path: fmt.Sprintf(format, args...)} }
	}
	list := func(path string) func() aim { return func() aim { return aim{path: path, list: true} } }
	out := w.commandAims()
	maps.Copy(out, map[string]func() aim{
		"list-regions": list("/regions"), "list-people": list("/people"), "list-tokens": list("/tokens"), "list-audit": list("/audit"), "list-looks": list("/looks"),
		"search-posts": list("/posts?query=вода"), "count-posts": list("/posts/count?query=вода"), "posts-histogram": list("/posts/histogram?query=вода"),
		"list-searches": list("/searches"), "list-rules": list("/rules"), "list-sources": list("/sources"), "list-agencies": list("/agencies"),
		"list-incidents": list("/incidents"),
		"agencies-load": func() aim {
			return aim{path: "/agencies/load", list: true, mark: fmt.Sprintf(`"agency":%d\b`, w.agencies[here])}
		},

		"get-post": get("/posts/%s", w.post), "post-copies": get("/posts/%s/copies", w.post),
		"get-search": get("/searches/%d", w.search.ID), "search-versions": get("/searches/%d/versions", w.search.ID),
		"search-hits": func() aim { return aim{path: fmt.Sprintf("/searches/%d/hits", w.search.ID), hide: true} },
		"get-rule":    get("/rules/%d", w.rule), "get-source": get("/sources/%d", w.source), "get-agency": get("/agencies/%d", w.agencies[here]),
		"get-person": get("/people/%d", w.person), "get-route": get("/routes/%s", here), "list-presets": get("/presets/%s", here),
		"get-incident": get("/incidents/%d", w.number), "incident-posts": get("/incidents/%d/posts", w.number),
		"incident-notifications": get("/incidents/%d/notifications", w.number),
		"be-present":             get("/incidents/%d/presence", w.number), "leave": get("/incidents/%d/presence", w.number),

		"serve-region":  func() aim { return aim{path: "/regions/" + here, in: obj{"served": true}} },
		"create-person": func() aim { return aim{path: "/people", in: w.personDraft()} },
		"change-person": func() aim {
			in := w.personDraft()
			in["version"] = stale
			return aim{path: fmt.Sprintf("/people/%d", w.person), in: in}
		},
		"reset-totp":   get("/people/%d/totp", w.person),
		"create-token": func() aim { return aim{path: "/tokens", in: w.tokenDraft()} },
		"revoke-token": func() aim { return aim{path: fmt.Sprintf("/tokens/%d", w.made("/tokens", w.tokenDraft()))} },
		"create-search": func() aim {
			return aim{path: "/searches", in: obj{"name": w.next(), "query": "вода", "regions": []string{here}}}
		},
		"change-search": func() aim {
			return aim{path: fmt.Sprintf("/searches/%d", w.search.ID), in: obj{"version": stale, "name": "x", "query": "вода", "regions": []string{here}}}
		},
		"delete-search": get("/searches/%d?version=%d", w.search.ID, stale),
		"restore-search": func() aim {
			s := w.env.search(rootSecret, "вода", here)
			require.Equal(w.t, http.StatusNoContent, w.do("DELETE", fmt.Sprintf("/api/v1/searches/%d?version=1", s.ID), rootSecret, nil).Status)
			return aim{path: fmt.Sprintf("/searches/%d/restore", s.ID), in: obj{"version": stale}}
		},
		"test-agency":    get("/agencies/%d/test", w.agencies[here]),
		"delete-preset":  get("/presets/%s/night?version=%d", here, stale),
		"example-preset": func() aim { return aim{path: "/presets/" + here + "/example", in: obj{"clocks": obj{}}} },
		"create-rule":    func() aim { return aim{path: "/rules", in: w.ruleDraft()} },
		"change-rule":    func() aim { return aim{path: fmt.Sprintf("/rules/%d", w.rule), in: w.ruleDraft()} },
		"delete-rule":    func() aim { return aim{path: fmt.Sprintf("/rules/%d", w.makeRule())} },
		"create-source":  func() aim { return aim{path: "/sources", in: w.sourceDraft()} },
		"change-source": func() aim {
			return aim{path: fmt.Sprintf("/sources/%d", w.source), in: obj{"regions": []string{here}}}
		},
		"delete-source": func() aim { return aim{path: fmt.Sprintf("/sources/%d", w.makeSource())} },
		"read-source":   func() aim { return aim{path: fmt.Sprintf("/sources/%d/read", w.source)} },
		"create-agency": func() aim { return aim{path: "/agencies", in: w.agencyDraft()} },
		"change-agency": func() aim { return aim{path: fmt.Sprintf("/agencies/%d", w.agencies[here]), in: w.agencyDraft()} },
		"retire-agency": func() aim { return aim{path: fmt.Sprintf("/agencies/%d", w.made("/agencies", w.agencyDraft()))} },
		"explain-route": func() aim { return aim{path: "/routes/" + here + "/explain", in: obj{}} },
		"put-route":     func() aim { return aim{path: "/routes/" + here, in: obj{"version": stale, "tree": obj{}}} },
		"put-preset": func() aim {
			return aim{path: "/presets/" + here, in: obj{"version": stale, "name": "night", "title": "Ночной", "clocks": obj{}}}
		},
		"open-incident": func() aim {
			id := post.ID("telegram:7/" + fmt.Sprint(10000+w.n))
			w.next()
			w.index(w.record(id, "другое", time.Now().UTC().Truncate(time.Second), here))
			return aim{path: "/incidents", in: obj{"region": here, "post": id}}
		},
	})
	return out
}

// ofNoRegion is what is about the asker alone, about everybody, or about the
// whole installation; and the streams, which have tests of their own.
func ofNoRegion() []string {
	return slices.Concat(noTokens(), []string{"sign-in-page", "set-up", "sign-in", "complete-sign-in", "sign-out", "me", "list-own-tokens",
		"get-glossary", "list-glossary-revisions", "get-glossary-revision", "change-glossary", "check-glossary", "query-words",
		"stream-posts",     // TestStreamKeepsToTheScope
		"stream-incidents", // TestChangesAreToldInEveryProcess
		"line-status", "status", "list-rejected", "count-rejected", "get-rejected", "replay-rejected", "drop-rejected", "restore-rejected",
		"replay-many-rejected", "drop-many-rejected"}) // of administrators of all regions: rejected_test.go
}

// walker is somebody who goes everywhere, in one of the ways in.
type walker struct {
	role     access.Role
	way      string
	secret   string
	inside   bool
	personal bool
}

// walkers are all roles, inside and outside the region, by each way in. A
// personal token that was narrowed to another region is outside, wherever its
// person may go.
func (w *world) walkers() (out []walker) {
	w.t.Helper()
	agencies := func(role access.Role, regions ...string) (ids []int64) {
		for _, r := range regions {
			if role == access.Executor {
				ids = append(ids, w.agencies[r])
			}
		}
		return ids
	}
	human := func(role access.Role, regions ...string) string {
		login := w.next()
		_, err := w.opts.People.Create(w.t.Context(), w.root, people.Draft{Login: login, Name: login, Role: role, Regions: regions, Sealed: true,
			Agencies: agencies(role, regions...), Password: password})
		require.NoError(w.t, err)
		_, err = w.pool.Exec(w.t.Context(), `UPDATE person SET must_change = false WHERE login = $1`, login)
		require.NoError(w.t, err)
		return w.signIn(login)
	}
	own := func(session, region string) string {
		return want[NewToken](w.do("POST", "/api/v1/me/tokens", session, obj{"name": "x", "regions": []string{region}, "expires_at": time.Now().Add(time.Hour)}), http.StatusCreated).Secret
	}
	for _, role := range access.Roles() {
		for _, region := range []string{here, elsewhere} {
			inside := region == here
			_, token, err := w.opts.Tokens.Create(w.t.Context(), w.root, access.Draft{Name: "x", Role: role, Regions: []string{region}, Sealed: true, Agencies: agencies(role, region)})
			require.NoError(w.t, err)
			both := human(role, here, elsewhere)
			out = append(out, walker{role, "session", human(role, region), inside, false}, walker{role, "token", token, inside, false},
				walker{role, "own token of " + region, own(both, region), inside, true})
		}
	}
	return out
}

// Every route × every role × inside and outside the region × every way in. What
// is of another region does not exist.
func TestEveryRouteKeepsToItsRegion(t *testing.T) {
	e := start(t)
	w := newWorld(e)
	aims, walkers := w.aims(), w.walkers()
	require.Len(t, walkers, len(access.Roles())*2*3)
	lasting := []string{"create-person", "change-person", "reset-totp", "create-token", "revoke-token"}
	there := map[string]bool{}
	for _, op := range operations(e.server.api.OpenAPI()) {
		there[op.OperationID] = true
		if slices.Contains(ofNoRegion(), op.OperationID) {
			continue
		}
		require.Contains(t, aims, op.OperationID, "a new route: say what of a region it is about")
		action := actions()[op.OperationID]
		for _, who := range walkers {
			a := aims[op.OperationID]()
			got := e.do(op.Method, "/api/v1"+strings.ReplaceAll(a.path, "вода", "%D0%B2%D0%BE%D0%B4%D0%B0"), who.secret, a.in)
			told := []any{"%s as %s by %s: %s", op.OperationID, who.role, who.way, got.Body}
			mark := cmp.Or(a.mark, `RU-PRI|"posts":[1-9]`)
			good := got.Status >= 200 && got.Status < 300 || got.Status == http.StatusConflict
			switch {
			case !access.Person{Role: who.role}.May(action), who.personal && slices.Contains(lasting, op.OperationID):
				require.Equal(t, http.StatusForbidden, got.Status, told...)
			case a.hide && who.role == access.Executor:
				require.Equal(t, http.StatusNotFound, got.Status, told...)
			case who.inside && a.list:
				require.Equal(t, http.StatusOK, got.Status, told...)
				require.Regexp(t, mark, string(got.Body), told...)
			case who.inside:
				require.True(t, good, told...)
			case a.list:
				require.Equal(t, http.StatusOK, got.Status, told...)
				require.NotRegexp(t, mark, string(got.Body), told...)
			default:
				require.Contains(t, []int{http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity}, got.Status, told...)
				require.NotContains(t, string(got.Body), "вода", told...)
			}
		}
	}
	for id := range aims {
		require.True(t, there[id], "%s is gone", id)
	}
}
