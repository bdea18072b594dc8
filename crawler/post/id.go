package post

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// ID names a post for ever: "network:owner/native-id", for example
// "telegram:1084368520/70989". The owner is the network's immutable number of
// the channel or wall, never a user name, a title or a crawl task; for feeds,
// which have no number, the feed's host.
type ID string

// networkForm keeps the parts apart: a network with a slash would be cut in two.
var networkForm = regexp.MustCompile(`^[a-z][a-z0-9]{0,31}$`)

// maxID bounds an id, so that it fits every engine's key.
const maxID = 400

// NewID joins the parts of an id and checks them.
func NewID(network, owner, native string) (ID, error) {
	id := ID(network + ":" + owner + "/" + native)
	return id, id.Check()
}

// Check says whether the id has the form network:owner/native.
func (id ID) Check() error {
	network, rest, ok := strings.Cut(string(id), ":")
	owner, native, ok2 := strings.Cut(rest, "/")
	switch {
	case !ok || !ok2 || !networkForm.MatchString(network) || owner == "" || native == "":
		return fmt.Errorf("id %.80q is not network:owner/native-id", string(id))
	case len(id) > maxID:
		return fmt.Errorf("id %.80q… is longer than %d bytes", string(id), maxID)
	}
	for _, r := range string(id) {
		if r <= ' ' || r == 0x7f || r == '"' || r == '\\' || r == 0xFFFD {
			return fmt.Errorf("id %.80q holds a space, a quote or a control character", string(id))
		}
	}
	return nil
}

// Network is the part before the colon.
func (id ID) Network() string {
	n, _, _ := strings.Cut(string(id), ":")
	return n
}

// Source is network:owner, the name of the source a post belongs to, as it is
// written in `source:` of a query.
func (id ID) Source() string {
	s, _, _ := strings.Cut(string(id), "/")
	return s
}

// Native is the part after the first slash.
func (id ID) Native() string {
	_, n, _ := strings.Cut(string(id), "/")
	return n
}

// botOffset is what bots and exports add to a Telegram channel's number,
// negated: -100 followed by ten digits (core.telegram.org/api/bots/ids).
const botOffset = 1_000_000_000_000

// TelegramOwner gives a channel's immutable number from any of the forms in
// which it is written: -1001084368520 (bots, exports), -1084368520 (the page's
// data-view), 1084368520 (Telegram Desktop).
func TelegramOwner(n int64) string {
	u := uint64(n)
	if n < 0 {
		u = -u // also of the least number, which has no positive counterpart
	}
	if u > botOffset {
		u -= botOffset
	}
	return strconv.FormatUint(u, 10)
}
