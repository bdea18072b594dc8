package netguard

import "net/netip"

// special is a range that is not part of the public internet.
type special struct {
	prefix netip.Prefix
	what   string
}

// The ranges are IANA's registries of special-purpose addresses, and what
// clouds use to tell machines their secrets.
var special4 = []special{
	{netip.MustParsePrefix("0.0.0.0/8"), "unspecified"},
	{netip.MustParsePrefix("10.0.0.0/8"), "private"},
	{netip.MustParsePrefix("100.64.0.0/10"), "shared by a provider's customers"}, // also 100.100.100.200, Alibaba's metadata
	{netip.MustParsePrefix("127.0.0.0/8"), "this machine"},
	{netip.MustParsePrefix("168.63.129.16/32"), "a cloud's metadata"},  // Azure
	{netip.MustParsePrefix("169.254.0.0/16"), "link-local"},            // also 169.254.169.254, everybody's metadata
	{netip.MustParsePrefix("172.16.0.0/12"), "private"},                //
	{netip.MustParsePrefix("192.0.0.0/24"), "reserved for protocols"},  // also 192.0.0.192, Oracle's metadata
	{netip.MustParsePrefix("192.0.2.0/24"), "for documentation"},       //
	{netip.MustParsePrefix("192.88.99.0/24"), "a relay of 6to4"},       //
	{netip.MustParsePrefix("192.168.0.0/16"), "private"},               //
	{netip.MustParsePrefix("198.18.0.0/15"), "for benchmarks"},         //
	{netip.MustParsePrefix("198.51.100.0/24"), "for documentation"},    //
	{netip.MustParsePrefix("203.0.113.0/24"), "for documentation"},     //
	{netip.MustParsePrefix("224.0.0.0/4"), "multicast"},                //
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved, or a broadcast"}, //
}

// global6 is all that is given out of IPv6 so far; what lies outside is
// loopback, unique local, link-local, multicast or reserved.
var global6 = netip.MustParsePrefix("2000::/3")

var special6 = []special{
	{netip.MustParsePrefix("::/128"), "unspecified"},
	{netip.MustParsePrefix("::1/128"), "this machine"},
	{netip.MustParsePrefix("2001::/23"), "reserved for protocols"}, // Teredo, benchmarks, ORCHID
	{netip.MustParsePrefix("2001:db8::/32"), "for documentation"},
	{netip.MustParsePrefix("3fff::/20"), "for documentation"},
	{netip.MustParsePrefix("fc00::/7"), "private"}, // also fd00:ec2::254, Amazon's metadata
	{netip.MustParsePrefix("fe80::/10"), "link-local"},
	{netip.MustParsePrefix("fec0::/10"), "private"},
	{netip.MustParsePrefix("ff00::/8"), "multicast"},
}

// embedding are the ranges of IPv6 that carry an address of IPv4 to which a
// gateway passes the packets on: that address is judged instead.
var embedding = []struct {
	prefix netip.Prefix
	at     int // first byte of the IPv4 address
	name   string
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12, "NAT64"},
	{netip.MustParsePrefix("2002::/16"), 2, "6to4"},
}
