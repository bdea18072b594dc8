package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
)

// What a transaction adds is there for whatever it reads, and comes back as it
// was, whenever it is written.
func TestWhatIsAddedIsThereForWhoeverReads(t *testing.T) {
	b := open(t)
	reads := map[string]func(context.Context, *store.Tx) error{
		"nothing": func(context.Context, *store.Tx) error { return nil },
		"an incident": func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Incident(ctx, store.Everything(), 1, true)
			return err
		},
	}
	for name, read := range reads {
		t.Run(name, func(t *testing.T) {
			watchers := []string{`a@example.org`, `"b", {c}\ d@example.org`, ``, `NULL`}
			made := make([]incident.Incident, 3)
			b.tx(func(ctx context.Context, tx *store.Tx) error {
				require.NoError(t, tx.Numbers(ctx, 2)) // the third takes its own
				for n := range made {
					i := b.fresh("RU-PRI")
					i.Watchers = watchers
					require.NoError(t, tx.Insert(ctx, &i))
					tx.AddPost(i, b.evidence("telegram:7/"+name+string(rune('a'+n)), "Нет воды"))
					require.NoError(t, read(ctx, tx))
					i.Title, i.Version, i.Posts = "Другое", 2, 99 // the number of posts is not Save's
					require.NoError(t, tx.Save(ctx, i))
					require.NoError(t, tx.AddEvent(ctx, i, incident.Event{At: b.now, Kind: "opened", To: i.State}, map[string]any{"n": n}))
					i.Posts = 1
					made[n] = i
				}
				for _, i := range made {
					es, err := tx.Events(ctx, i.Number, -1, 10)
					require.NoError(t, err)
					require.Len(t, es, 1)
					ps, _, err := tx.Posts(ctx, i.Number, "", 10)
					require.NoError(t, err)
					require.Len(t, ps, 1)
				}
				return nil
			})
			require.Less(t, made[0].Number, made[1].Number)
			require.Less(t, made[1].Number, made[2].Number)
			b.tx(func(ctx context.Context, tx *store.Tx) error {
				for _, i := range made {
					got, err := tx.Incident(ctx, store.Everything(), i.Number, false)
					require.NoError(t, err)
					require.Equal(t, i, got)
				}
				return nil
			})
		})
	}
}

// What a person adds is written in the person's role, what the system adds for
// them is not.
func TestWhatIsAddedIsWrittenInItsRole(t *testing.T) {
	b := open(t)
	far := b.insert("RU-SAM", nil)
	near := store.ViewOf(access.Person{Role: access.Head, Regions: []string{"RU-PRI"}})
	e := incident.Event{At: b.now, Kind: "comment"}
	err := b.InView(t.Context(), near, func(tx *store.Tx) error {
		require.NoError(t, tx.AddEvent(t.Context(), far, e, nil))
		return tx.System(t.Context(), func() error { return nil })
	})
	require.True(t, denied(err), "%v", err)
	require.NoError(t, b.InView(t.Context(), near, func(tx *store.Tx) error {
		return tx.System(t.Context(), func() error { return tx.AddEvent(t.Context(), far, e, nil) })
	}))
	b.tx(func(ctx context.Context, tx *store.Tx) error {
		es, err := tx.Events(ctx, far.Number, -1, 10)
		require.Len(t, es, 1)
		return err
	})
}

// What regions have set up is read once, and again after it was changed.
func TestSettingsAreReadAgainAfterAChange(t *testing.T) {
	b := open(t)
	agency := b.agency("RU-PRI", "Водоканал")
	b.tx(func(ctx context.Context, tx *store.Tx) error {
		for _, name := range []string{"Теплосеть", "Дороги"} {
			a, err := tx.Agency(ctx, agency)
			require.NoError(t, err)
			a.Name = name
			_, err = tx.PutAgency(ctx, a, "test", b.now)
			require.NoError(t, err)
			a, err = tx.Agency(ctx, agency)
			require.NoError(t, err)
			require.Equal(t, name, a.Name)
			as, err := tx.Agencies(ctx, store.Everything(), "RU-PRI")
			require.NoError(t, err)
			require.Equal(t, name, as[0].Name)
			r, err := tx.Route(ctx, "RU-PRI")
			require.NoError(t, err)
			require.NoError(t, tx.PutRoute(ctx, "RU-PRI", r.Version, store.Tree{Curator: name}, "test", b.now))
			r, err = tx.Route(ctx, "RU-PRI")
			require.NoError(t, err)
			require.Equal(t, name, r.Tree.Curator)
		}
		return nil
	})
}

// Nothing of a transaction that fails is there, written or not.
func TestNothingAddedOutlivesAFailure(t *testing.T) {
	b := open(t)
	i := b.insert("RU-PRI", nil)
	gone := errors.New("no")
	require.ErrorIs(t, b.InTx(t.Context(), func(tx *store.Tx) error {
		tx.AddPost(i, b.evidence("telegram:7/1", "Нет воды"))
		known, err := tx.KnownPosts(t.Context(), store.PostIn{Region: i.Region, Post: "telegram:7/1"})
		require.NoError(t, err)
		require.Len(t, known, 1)
		tx.AddPost(i, b.evidence("telegram:7/2", "Нет воды"))
		return gone
	}), gone)
	require.Empty(t, b.posts(i.Number))
}
