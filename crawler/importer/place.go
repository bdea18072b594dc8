package importer

import (
	"context"
	"hash/maphash"
	"strconv"
	"strings"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/fault"
)

const telegram = "telegram"

// place is what the posts of a source are.
type place struct {
	regions    []string
	class      string
	visibility post.Visibility
	address    string // of the configured source; "" if there is none
}

// permalink gives the address of a post where only the channel's name is
// missing from the file.
func (p *place) permalink(id post.ID) string {
	if id.Network() != telegram || p.address == "" || strings.ContainsAny(p.address, "/:?#") {
		return ""
	}
	return "https://t.me/" + p.address + "/" + id.Native()
}

// place finds out what the posts of network:owner are: what the options say,
// else what the configured source says.
func (im *importing) place(ctx context.Context, external string) (*place, error) {
	if p, ok := im.places[external]; ok {
		return p, nil
	}
	p := &place{regions: im.Regions, class: im.Class, visibility: im.Visibility}
	s, ok, err := im.Sources.ByExternal(ctx, external)
	if err != nil {
		return nil, err
	}
	if ok {
		p.address = s.Address
		if len(p.regions) == 0 {
			p.regions = s.Regions
		}
		if p.class == "" {
			p.class = s.Class
		}
		if p.visibility == "" {
			p.visibility = s.Visibility
		}
	}
	if len(p.regions) == 0 {
		return nil, fault.Fields(fault.Field{Path: "--regions",
			Message: external + " is not among the sources, so say which regions its posts belong to, for example --regions RU-PRI"})
	}
	if p.class == "" {
		p.class = "standard"
	}
	if p.visibility == "" {
		p.visibility = post.Public
	}
	im.places[external] = p
	return p, nil
}

// seen remembers the ids of a file, so that one that stands there twice in two
// forms does not swing between them each time the file is imported. Numbers
// that count up, which most ids are, cost a bit each.
type seen struct {
	bits   map[string][]uint64 // source → set of native ids
	others map[uint64]struct{} // hashes of ids
	seed   maphash.Seed
}

const maxBit = 1 << 26 // 8 MiB of bits a source

func newSeen() seen {
	return seen{bits: map[string][]uint64{}, others: map[uint64]struct{}{}, seed: maphash.MakeSeed()}
}

// again says whether an id was asked about before.
func (s seen) again(id post.ID) bool {
	native := id.Native()
	n, err := strconv.ParseUint(native, 10, 64)
	if err != nil || n >= maxBit || strconv.FormatUint(n, 10) != native {
		h := maphash.String(s.seed, string(id))
		_, ok := s.others[h]
		s.others[h] = struct{}{}
		return ok
	}
	set := s.bits[id.Source()]
	if need := int(n/64) + 1; len(set) < need {
		set = append(set, make([]uint64, max(need, min(2*len(set), maxBit/64))-len(set))...)
		s.bits[id.Source()] = set
	}
	bit := uint64(1) << (n % 64)
	old := set[n/64]&bit != 0
	set[n/64] |= bit
	return old
}
