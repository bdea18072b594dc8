package main

import (
	"net"
	"sync"
)

// proxy stands between the product and an engine, and can be told to behave as
// a network that hangs: connections stay open, new ones are taken, and nothing
// goes through either way.
type proxy struct {
	network, target string // of the engine; may be set until the first connection
	listener        net.Listener
	connections     sync.WaitGroup

	mu       sync.Mutex
	flows    chan struct{} // closed while data flows
	open     map[net.Conn]bool
	refusing bool // new connections get 429 to every request
}

// newProxy listens on a free port of the loopback.
func newProxy() (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: l, flows: make(chan struct{}), open: map[net.Conn]bool{}}
	close(p.flows)
	return p, nil
}

func (p *proxy) address() string { return p.listener.Addr().String() }

// serve forwards until close.
func (p *proxy) serve(network, target string) {
	p.network, p.target = network, target
	p.connections.Go(func() {
		for {
			c, err := p.listener.Accept()
			if err != nil {
				return
			}
			p.connections.Go(func() { p.forward(c) })
		}
	})
}

func (p *proxy) forward(client net.Conn) {
	defer client.Close()
	p.mu.Lock()
	refusing := p.refusing
	p.mu.Unlock()
	if refusing {
		p.keep(client, true)
		defer p.keep(client, false)
		refuseAll(client)
		return
	}
	engine, err := net.Dial(p.network, p.target)
	if err != nil {
		return // as a refused connection: the engine is down
	}
	defer engine.Close()
	p.keep(client, true)
	defer p.keep(client, false)
	var both sync.WaitGroup
	both.Go(func() { p.copy(engine, client) })
	both.Go(func() { p.copy(client, engine) })
	both.Wait()
}

// copy ends both when either end has ended.
func (p *proxy) copy(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		p.wait()
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return // io.EOF and all others: a proxy has nobody to tell
		}
	}
}

func (p *proxy) wait() {
	p.mu.Lock()
	flows := p.flows
	p.mu.Unlock()
	<-flows
}

func (p *proxy) keep(c net.Conn, open bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if open {
		p.open[c] = true
	} else {
		delete(p.open, c)
	}
}

// hang stops all forwarding until resume.
func (p *proxy) hang() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flows = make(chan struct{})
}

// refuse has every request over HTTP answered with 429, as by a node that has
// no time, until it is told otherwise.
func (p *proxy) refuse(on bool) {
	p.mu.Lock()
	p.refusing = on
	p.mu.Unlock()
	p.resume(true) // who is connected comes again
}

// resume goes on. Where cut is set, connections that hung are broken, as a
// router does that has forgotten them.
func (p *proxy) resume(cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if cut {
		for c := range p.open {
			c.Close()
		}
	}
	select {
	case <-p.flows:
	default:
		close(p.flows)
	}
}

func (p *proxy) close() error {
	err := p.listener.Close()
	p.resume(true)
	p.connections.Wait()
	return err
}
