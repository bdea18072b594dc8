// Package adapters is the one list of the networks that are read: how a source
// of each is opened, and what the schedule has to know of it. It lies above
// the adapters and the schedule, which know nothing of it.
package adapters

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/crawler/source/rss"
	"github.com/otklik/otklik/crawler/source/telegram"
	"github.com/otklik/otklik/internal/fault"
)

// Options of the adapters.
type Options struct {
	Fetcher      telegram.Fetcher // one for all, so that its limits hold for the process
	TelegramBase string           // "": https://t.me
}

// Set is the adapters with their options. Safe for concurrent use.
type Set struct {
	networks map[string]network
}

// network is one adapter.
type network struct {
	schedule.Network
	open func(s schedule.Source) (source.Source, error)
}

// New makes the adapters. A new network is a new entry here.
func New(o Options) *Set {
	return &Set{networks: map[string]network{
		"rss": {
			Network: schedule.Network{Every: rss.Every, Check: rss.CheckAddress},
			open: func(s schedule.Source) (source.Source, error) {
				return rss.New(rss.Options{Fetcher: o.Fetcher, Address: s.Address}), nil
			},
		},
		"telegram": {
			Network: schedule.Network{Every: telegram.Every, Check: telegram.CheckAddress},
			open: func(s schedule.Source) (source.Source, error) {
				return telegram.New(telegram.Options{Fetcher: o.Fetcher, Base: o.TelegramBase, Channel: s.Address, Backfill: s.Backfill}), nil
			},
		},
	}}
}

// Open gives the adapter of a source, not yet connected; it is crawl.Crawler's
// Open.
func (x *Set) Open(s schedule.Source) (source.Source, error) {
	n, ok := x.networks[s.Network]
	if !ok {
		return nil, &source.State{Health: source.NotUnderstood, Detail: fmt.Sprintf("network %s is not one that this version reads", s.Network), Err: fault.New(fault.Invalid, "networks are %s", strings.Join(x.Names(), ", "))}
	}
	return n.open(s)
}

// Networks is what the schedule knows of the adapters, by name.
func (x *Set) Networks() map[string]schedule.Network {
	out := map[string]schedule.Network{}
	for name, n := range x.networks {
		out[name] = n.Network
	}
	return out
}

// Names gives the networks in alphabetical order.
func (x *Set) Names() []string { return slices.Sorted(maps.Keys(x.networks)) }
