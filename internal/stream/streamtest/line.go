package streamtest

import (
	"context"
	"errors"
	"net"
	"sync"
)

// Line is the network between one client and its engine. Cut is what the
// engine sees when the client's machine dies: the connections break and
// nothing comes any more, no farewell either.
type Line struct {
	mu    sync.Mutex
	conns []net.Conn
	cut   bool
}

// Dial connects like net.Dialer, unless the line is cut.
func (l *Line) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	l.mu.Lock()
	cut := l.cut
	l.mu.Unlock()
	if cut {
		return nil, errCut
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut {
		c.Close()
		return nil, errCut
	}
	l.conns = append(l.conns, c)
	return c, nil
}

var errCut = &net.OpError{Op: "dial", Err: errors.New("the line is cut")}

// Cut breaks every connection and refuses new ones until Mend.
func (l *Line) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = true
	for _, c := range l.conns {
		c.Close()
	}
	l.conns = nil
}

// Mend lets connections through again.
func (l *Line) Mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = false
}
