package people

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// A session that is used all the time ends all the same.
func TestASessionDoesNotLiveForEver(t *testing.T) {
	e := start(t)
	in, err := e.SignIn(t.Context(), Attempt{Login: "anna", Password: good, Client: from("192.0.2.1")})
	require.NoError(t, err)
	for left := SessionLife; left > time.Hour; left -= time.Hour {
		e.now = e.now.Add(time.Hour)
		_, _, err = e.Session(t.Context(), in.Cookie)
		require.NoError(t, err, left)
	}
	e.now = e.now.Add(time.Hour)
	_, _, err = e.Session(t.Context(), in.Cookie)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err))
}

// Whatever decides what a person sees and does ends the sessions that began
// before it changed.
func TestEveryChangeOfReachEndsSessions(t *testing.T) {
	for what, change := range map[string]func(*Draft){
		"role":     func(d *Draft) { d.Role, d.Agencies = access.Curator, nil },
		"regions":  func(d *Draft) { d.Regions = []string{"RU-PRI", "RU-SAM"} },
		"agencies": func(d *Draft) { d.Agencies = []int64{1, 2} },
		"sealed":   func(d *Draft) { d.Sealed = true },
		"password": func(d *Draft) { d.Password = good + "!" },
		"disabled": func(d *Draft) { d.Disabled = true },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			e := start(t)
			p := e.person("boris", access.Executor, "RU-PRI")
			d := Draft{Login: p.Login, Name: p.Name, Email: p.Email, Role: p.Role, Regions: p.Regions, Agencies: p.Agencies}
			if what == "role" { // an agency's people have agencies, nobody else
				d.Role, d.Agencies = access.Specialist, nil
				var err error
				p, err = e.Update(t.Context(), e.root, p.ID, p.Version, d)
				require.NoError(t, err)
			}
			in, err := e.SignIn(t.Context(), Attempt{Login: "boris", Password: good, Client: from("192.0.2.1")})
			require.NoError(t, err)
			change(&d)
			_, err = e.Update(t.Context(), e.root, p.ID, p.Version, d)
			require.NoError(t, err)
			_, _, err = e.Session(t.Context(), in.Cookie)
			require.Equal(t, fault.Unauthorized, fault.KindOf(err))
		})
	}
}
