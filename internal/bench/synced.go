package main

import (
	"context"
	"fmt"
	"os"

	real "github.com/otklik/otklik/internal/testenv/engine"
)

// synced: the line on a Postgres that waits for its disk, as an installation's
// does, beside the one that all other figures are of. Where no Postgres can be
// started here, it is left out, and said.
func synced(ctx context.Context, s shape, n int) ([]row, error) {
	items, err := invent(7, n)
	if err != nil {
		return nil, err
	}
	items = alarming(items, seldom)
	folder, err := os.MkdirTemp("", "otklik-bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	durable, err := real.Postgres(ctx, folder, true)
	if err != nil {
		fmt.Fprintln(os.Stderr, "LEFT OUT: a Postgres that syncs:", err)
		return nil, nil
	}
	defer func() {
		if err := durable.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "a Postgres of the bench stays:", err)
		}
	}()
	waiting := s
	waiting.database = durable.Address
	var slow, fast []float64
	for range runs {
		for _, m := range []struct {
			on    shape
			speed *[]float64
		}{{waiting, &slow}, {s, &fast}} {
			v, err := through(ctx, m.on, items)
			if err != nil {
				return nil, err
			}
			*m.speed = append(*m.speed, v.whole)
		}
	}
	a, b := median(slow), median(fast)
	return []row{{"line, to tickets, one of " + fmt.Sprint(seldom) + " posts, Postgres with fsync, " + s.name, grouped(a) + " posts/s",
		"the same without fsync, " + grouped(b) + " posts/s", a / b}}, nil
}
