// Package engine starts the real engines on this machine, and hurts them: kills
// them, freezes them, and starts them again where they were. Postgres is
// started as an installation does it, Kafka and Elasticsearch from the recipes
// of deploy/engines, which need a JDK and, once, Maven.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/otklik/otklik/internal/postgres/private"
)

const (
	readyWithin = 2 * time.Minute // a busy machine with two cores needs up to 30 s
	stopWithin  = 20 * time.Second
)

// Say tells whoever waits what takes so long.
type Say = func(format string, args ...any)

// Engine is one engine with its data. Its methods are called one at a time.
type Engine struct {
	Address string // as clients name it; the same after every start

	start func(ctx context.Context) (*process, error)
	clear func() error // removes what its folder does not hold
	proc  *process
}

// process is an engine that runs.
type process struct {
	pid  int
	done <-chan struct{}
	stop func(ctx context.Context) error // asks it to end, and waits
}

// Start starts a killed or stopped engine on the data and at the address that
// it had, and waits until it answers.
func (e *Engine) Start(ctx context.Context) (err error) {
	if e.proc != nil {
		return errors.New("it runs already")
	}
	e.proc, err = e.start(ctx)
	return err
}

// Kill ends the engine at once, as a crash does (SIGKILL).
func (e *Engine) Kill() error {
	if e.proc == nil {
		return nil
	}
	if err := syscall.Kill(e.proc.pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("kill process %d: %w", e.proc.pid, err)
	}
	<-e.proc.done
	return e.ended()
}

// Stop asks the engine to end and waits.
func (e *Engine) Stop() error {
	if e.proc == nil {
		return nil
	}
	return e.ended()
}

func (e *Engine) ended() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	p := e.proc
	e.proc = nil
	return p.stop(ctx)
}

// Close stops the engine and removes what its folder does not hold.
func (e *Engine) Close() error {
	err := e.Stop()
	if e.clear != nil {
		err = errors.Join(err, e.clear())
	}
	return err
}

// Postgres starts a Postgres. Where synced is false it is faster and may lose
// what it confirmed when it is killed.
func Postgres(ctx context.Context, folder string, synced bool) (*Engine, error) {
	e := &Engine{}
	e.start = func(ctx context.Context) (*process, error) {
		s, err := private.Start(ctx, private.Options{
			Dir: filepath.Join(folder, "pg"), NoSync: !synced, Database: "postgres",
			Log:      slog.New(slog.DiscardHandler),
			Settings: map[string]string{"max_connections": "300", "max_wal_size": "4GB", "autovacuum_naptime": "5min"},
		})
		if err != nil {
			return nil, err
		}
		e.Address = s.URL()
		// The data may lie outside of our folder, when TMPDIR is closed to others.
		e.clear = func() error { return os.RemoveAll(s.Dir()) }
		return &process{s.PID(), s.Done(), s.Stop}, nil
	}
	return e, e.Start(ctx)
}

// Kafka starts a broker. It tells clients to come to advertised, the address of
// a proxy before it; "" is its own.
func Kafka(ctx context.Context, folder, advertised string, say Say) (*Engine, error) {
	client := &kafka.Client{Timeout: 2 * time.Second}
	return java(ctx, "kafka", folder, advertised, say, func(ctx context.Context, address string) error {
		// A broker answers before it may lead partitions; its own list tells.
		m, err := client.Metadata(ctx, &kafka.MetadataRequest{Addr: kafka.TCP(address)})
		if err == nil && len(m.Brokers) == 0 {
			err = errors.New("no broker yet")
		}
		return err
	})
}

// Elasticsearch starts a node.
func Elasticsearch(ctx context.Context, folder string, say Say) (*Engine, error) {
	e, err := java(ctx, "elasticsearch", folder, "", say, func(ctx context.Context, address string) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/_cluster/health?wait_for_status=yellow&timeout=2s", nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return errors.New(resp.Status)
		}
		return nil
	})
	if err == nil {
		e.Address = "http://" + e.Address
	}
	return e, err
}
