package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/otklik/otklik/internal/simulate"
)

// simulateCommand is `otklik simulate`.
type simulateCommand struct {
	Listen string        `default:"127.0.0.1:8090" help:"Address to serve the invented region on, host:port; port 0 takes a free one."`
	Seed   uint64        `default:"2611" help:"Another seed is another region."`
	Pace   time.Duration `default:"5s" help:"Time between two things that happen."`

	loadFlags
}

// Help says what the two forms are for.
func (simulateCommand) Help() string {
	return `Without --into-log an invented region lives, and is served in the markup of Telegram and of feeds: for the crawler to read.

With --into-log posts are written straight into the log of the installation that is configured, at any speed. They are new ones each time it is run, published now.

    otklik simulate --into-log --posts 1000000
    otklik simulate --into-log --from ../shared/data/telegram-posts --rate 500 --copies 0.1 --edits 0.05 --posts 5672`
}

// Run serves the region, or fills the log, until it is told to stop.
func (c *simulateCommand) Run(p *process) error {
	o, from, err := c.options(p.config, c.Seed)
	if err != nil {
		return err
	}
	if c.IntoLog {
		return c.load(p, o, from)
	}
	l, err := new(net.ListenConfig).Listen(p.ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("%w; choose another address with --listen", err)
	}
	r, err := simulate.NewRegion(c.Seed, time.Now(), c.Pace, time.Now)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "listening on http://%s\n", l.Addr())
	for _, ch := range simulate.Channels() {
		if ch.Feed {
			fmt.Fprintf(p.stderr, "feed: http://%s%s (send this Host to the address above)\n", ch.Host(), ch.Path())
		} else {
			fmt.Fprintf(p.stderr, "channel: http://%s/s/%s\n", l.Addr(), ch.Name)
		}
	}
	return runRegion(p.ctx, r, l)
}

// runRegion serves a region and lets it live until ctx ends.
func runRegion(ctx context.Context, r *simulate.Region, l net.Listener) error {
	srv := &http.Server{Handler: r, ReadHeaderTimeout: stopTime, ReadTimeout: stopTime, WriteTimeout: 3 * stopTime, IdleTimeout: time.Minute}
	stopped := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stopped()
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	err := r.Run(ctx)
	_ = srv.Close()
	if e := <-served; err == nil && ctx.Err() == nil {
		err = e
	}
	return err
}
