package schedule_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// Every bad field of a draft is named, all at once.
func TestDraftsFields(t *testing.T) {
	c := newClock(t)
	c.Networks["rss"] = schedule.Network{Every: time.Hour, Check: func(string) (string, error) { return "", errors.New("is no feed") }}
	mine := access.Person{Role: access.Partner, Regions: []string{"RU-PRI"}}
	fields := func(who access.Person, d schedule.Draft) map[string]string {
		_, err := c.Add(context.Background(), who, d)
		require.Equal(t, fault.Invalid, fault.KindOf(err), "%v", err)
		var e *fault.Error
		require.ErrorAs(t, err, &e)
		out := map[string]string{}
		for _, f := range e.Fields {
			out[f.Path] = f.Message
		}
		return out
	}
	got := fields(mine, schedule.Draft{Network: "rss", Address: "x", Regions: []string{"RU-PRI", "RU-XXX", "RU-SAM"}, Visibility: "secret", Class: "forever",
		Every: time.Second, Backfill: -1})
	require.Len(t, got, 7)
	require.Contains(t, got["address"], "is no feed")
	require.Contains(t, got["regions[1]"], `"RU-XXX" is unknown`)
	require.Contains(t, got["regions[2]"], "not one of yours")
	require.Contains(t, got["visibility"], "none of")
	require.Contains(t, got["class"], "forever")
	require.Contains(t, got["every"], "5s")
	require.Contains(t, got["backfill"], "-1")

	got = fields(mine, schedule.Draft{Network: "myspace"})
	require.Equal(t, []string{"network", "regions"}, keys(got))
	require.Contains(t, got["network"], "rss, telegram")

	got = fields(mine, schedule.Draft{Network: "telegram", Address: "x", Regions: []string{"RU-PRI"}, Visibility: post.Sealed})
	require.Equal(t, []string{"visibility"}, keys(got))
	got = fields(access.Person{}, schedule.Draft{Network: "telegram", Address: "x", Regions: []string{"RU-PRI"}})
	require.Contains(t, keys(got), "regions[0]", "nobody may add nothing")
	list, err := c.List(context.Background(), access.Everything(), 0, 10)
	require.NoError(t, err)
	require.Empty(t, list, "nothing was added")
}

func keys(m map[string]string) (out []string) {
	for _, k := range []string{"network", "address", "every", "regions", "regions[0]", "regions[1]", "visibility", "class", "backfill"} {
		if _, ok := m[k]; ok {
			out = append(out, k)
		}
	}
	return out
}

func TestDefaults(t *testing.T) {
	c := newClock(t)
	c.Networks["telegram"] = schedule.Network{Every: 3 * time.Minute, Check: func(a string) (string, error) { return "canonical-" + a, nil }}
	s := c.add("odin")
	require.Equal(t, "canonical-odin", s.Address)
	require.Equal(t, 3*time.Minute, s.Every)
	require.Equal(t, post.Public, s.Visibility)
	require.Equal(t, "standard", s.Class)
	require.Equal(t, schedule.New, s.Health)
	require.Empty(t, s.External)
	require.Nil(t, s.LastOK)
	require.True(t, c.Now().Equal(s.NextAt), "due at once")
	_, err := c.Add(context.Background(), root, schedule.Draft{Network: "telegram", Address: "odin", Regions: []string{"RU-PRI"}})
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	require.ErrorContains(t, err, "already")
}

// A person sees the sources of their regions and visibilities, and no others.
func TestScope(t *testing.T) {
	c := newClock(t)
	ctx := context.Background()
	add := func(address string, v post.Visibility, regions ...string) int64 {
		s, err := c.Add(ctx, root, schedule.Draft{Network: "telegram", Address: address, Regions: regions, Visibility: v, Enabled: true})
		require.NoError(t, err)
		return s.ID
	}
	pri, sam := add("pri", post.Public, "RU-PRI"), add("sam", post.Public, "RU-SAM")
	both, sealed, partner := add("both", post.Public, "RU-PRI", "RU-SAM"), add("sealed", post.Sealed, "RU-PRI"), add("partner", post.Partner, "RU-PRI")
	for name, x := range map[string]struct {
		who  access.Person
		want []int64
	}{
		"nothing":    {access.Person{}, nil},
		"Primorye":   {access.Person{Role: access.Partner, Regions: []string{"RU-PRI"}}, []int64{pri, both}},
		"newsroom":   {specialist("RU-PRI"), []int64{pri, both, partner}},
		"ombudsman":  {access.Person{Role: access.Partner, Regions: []string{"RU-PRI"}, Sealed: true}, []int64{pri, both, sealed}},
		"Samara":     {access.Person{Role: access.Head, Regions: []string{"RU-SAM"}, Sealed: true}, []int64{sam, both}},
		"everything": {root, []int64{pri, sam, both, sealed, partner}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []int64
			for after := int64(0); ; {
				page, err := c.List(ctx, x.who.Scope(), after, 2)
				require.NoError(t, err)
				require.LessOrEqual(t, len(page), 2)
				if len(page) == 0 {
					break
				}
				for _, s := range page {
					got = append(got, s.ID)
				}
				after = page[len(page)-1].ID
			}
			require.Equal(t, x.want, got)
			for _, id := range []int64{pri, sam, both, sealed, partner} {
				_, err := c.Get(ctx, x.who.Scope(), id)
				if contains(x.want, id) {
					require.NoError(t, err)
				} else {
					require.Equal(t, fault.NotFound, fault.KindOf(err), "one may not even know of it")
					require.Equal(t, fault.NotFound, fault.KindOf(c.Remove(ctx, x.who, id)))
					_, err = c.Update(ctx, x.who, id, schedule.Draft{Regions: []string{"RU-PRI"}})
					require.Equal(t, fault.NotFound, fault.KindOf(err))
				}
			}
		})
	}
}

func contains(ids []int64, id int64) bool {
	for _, x := range ids {
		if x == id {
			return true
		}
	}
	return false
}

// What a person changes is changed; what the network is called by stays.
func TestUpdateAndRemove(t *testing.T) {
	c := newClock(t)
	ctx := context.Background()
	s := c.add("odin")
	require.NoError(t, c.Done(ctx, c.due("w", 1)[0], nil))
	c.advance(time.Second)
	got, err := c.Update(ctx, root, s.ID, schedule.Draft{Network: "rss", Address: "other", Regions: []string{"RU-SAM"}, Every: time.Hour,
		Visibility: post.Partner, Backfill: 10, Enabled: true})
	require.NoError(t, err)
	require.Equal(t, "telegram", got.Network)
	require.Equal(t, "odin", got.Address)
	require.Equal(t, []string{"RU-SAM"}, got.Regions)
	require.Equal(t, time.Hour, got.Every)
	require.Equal(t, post.Partner, got.Visibility)
	require.True(t, c.Now().Equal(got.NextAt), "read anew at once")
	_, err = c.Update(ctx, root, s.ID, schedule.Draft{Regions: []string{"RU-XXX"}})
	require.Equal(t, fault.Invalid, fault.KindOf(err))
	l := c.due("w", 1)[0]
	require.NoError(t, c.Remove(ctx, root, s.ID))
	require.Equal(t, fault.Conflict, fault.KindOf(c.Keep(ctx, l, schedule.Step{}, time.Minute)), "who reads it is told that it is gone")
	require.NoError(t, c.Done(ctx, l, nil))
	require.Equal(t, fault.NotFound, fault.KindOf(c.Remove(ctx, root, s.ID)))
}
