package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// echo gives back every line that it is sent.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for s := bufio.NewScanner(c); s.Scan(); {
					fmt.Fprintln(c, s.Text())
				}
			}()
		}
	}()
	return l.Addr().String()
}

func TestAProxyHangsAndGoesOn(t *testing.T) {
	p, err := newProxy()
	require.NoError(t, err)
	p.serve("tcp", echo(t))
	t.Cleanup(func() { require.NoError(t, p.close()) })
	dial := func() (net.Conn, *bufio.Reader) {
		c, err := net.Dial("tcp", p.address())
		require.NoError(t, err)
		t.Cleanup(func() { c.Close() })
		return c, bufio.NewReader(c)
	}
	hear := func(c net.Conn, r *bufio.Reader, within time.Duration) (string, error) {
		require.NoError(t, c.SetReadDeadline(time.Now().Add(within)))
		return r.ReadString('\n')
	}
	a, fromA := dial()
	fmt.Fprintln(a, "one")
	said, err := hear(a, fromA, 10*time.Second)
	require.NoError(t, err)
	require.Equal(t, "one\n", said)

	p.hang()
	b, fromB := dial() // is taken, and nothing comes of it
	for _, c := range []net.Conn{a, b} {
		fmt.Fprintln(c, "two")
	}
	_, err = hear(a, fromA, 100*time.Millisecond)
	require.True(t, errors.Is(err, os.ErrDeadlineExceeded), err)
	_, err = hear(b, fromB, 100*time.Millisecond)
	require.True(t, errors.Is(err, os.ErrDeadlineExceeded), err)
	p.resume(false)
	for _, x := range []struct {
		net.Conn
		*bufio.Reader
	}{{a, fromA}, {b, fromB}} {
		said, err = hear(x.Conn, x.Reader, 10*time.Second)
		require.NoError(t, err)
		require.Equal(t, "two\n", said, "nothing is lost")
	}
	p.hang()
	p.resume(true)
	_, err = hear(a, fromA, 10*time.Second)
	require.Error(t, err)
	require.False(t, errors.Is(err, os.ErrDeadlineExceeded), "it is broken")
}

func TestScenariosAreChosen(t *testing.T) {
	names := func(ss []scenario) (all []string) {
		for _, s := range ss {
			all = append(all, s.name)
		}
		return all
	}
	all, err := choose(nil, true, false)
	require.NoError(t, err)
	require.Len(t, all, len(scenarios()))
	small, err := choose(nil, false, false)
	require.NoError(t, err)
	require.NotContains(t, names(small), "kill-kafka")
	require.Contains(t, names(small), "kill-postgres")
	quick, err := choose(nil, true, true)
	require.NoError(t, err)
	require.Less(t, len(quick), len(all))
	one, err := choose([]string{"term"}, false, true)
	require.NoError(t, err)
	require.Equal(t, []string{"term"}, names(one))
	_, err = choose([]string{"kill-kafka"}, false, false)
	require.ErrorContains(t, err, "--shape grown")
	_, err = choose([]string{"nonsense"}, false, false)
	require.ErrorContains(t, err, "--list")
}

// A verdict is bad as soon as one count or fault is.
func TestVerdicts(t *testing.T) {
	require.True(t, (&verdict{posts: 5, tickets: 2, doubtful: 1}).ok())
	require.Contains(t, (&verdict{}).String(), "nothing lost, nothing doubled")
	for _, v := range []verdict{{missing: 1}, {stale: 1}, {twice: 1}, {unanswered: 1}, {doubled: 1}, {uncalled: 1}, {unsent: 1},
		{sentTwice: 1}, {rejected: 1}, {wentBack: 1}, {unfinished: 1}, {faults: []error{errNoDisk}}} {
		require.False(t, v.ok(), v.String())
	}
	require.Contains(t, (&verdict{missing: 3}).String(), "3 posts missing")
}
