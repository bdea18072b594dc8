package rss

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed"

	"github.com/otklik/otklik/crawler/post"
)

// name is what an article is called, and by which guid that can be found.
type name struct {
	GUID   string `json:"g"` // a hash
	Native string `json:"n"`
}

const (
	maxNative = 120 // bytes of a native id; a longer one is hashed
	maxKnown  = 200 // articles whose names are remembered
)

// tracking are parameters of addresses that say from where somebody came.
// A name that ends in _ is a beginning.
var tracking = []string{"utm_", "yclid", "gclid", "fbclid", "ysclid", "from", "rss", "xtor", "source", "ref"}

func tracks(param string) bool {
	param = strings.ToLower(param)
	return slices.ContainsFunc(tracking, func(t string) bool {
		return param == t || strings.HasSuffix(t, "_") && strings.HasPrefix(param, t)
	})
}

// permalink gives the bare form of an article's address: no scheme, no www,
// nothing that says from where somebody came; "" where it is the address of
// the whole site, or none at all.
func permalink(owner, address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	path := strings.TrimPrefix(u.EscapedPath(), "/")
	if trimmed := strings.TrimRight(path, "/"); trimmed != "" {
		path = trimmed
	}
	var query []string
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		k, _, _ := strings.Cut(part, "=")
		if part != "" && !tracks(k) {
			query = append(query, part)
		}
	}
	slices.Sort(query)
	out := path
	if len(query) > 0 {
		out += "?" + strings.Join(query, "&")
	}
	k, _, _ := strings.Cut(u.Fragment, "=")
	if u.Fragment != "" && !tracks(k) {
		out += "#" + u.EscapedFragment()
	}
	if out == "" {
		return ""
	}
	if h := host(u); h != owner {
		out = "//" + h + "/" + out
	}
	return out
}

// short makes a string fit for an id.
func short(s string) string {
	if len(s) <= maxNative && post.ID("rss:x/"+s).Check() == nil {
		return s
	}
	return "h:" + hash(s)
}

func hash(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:16])
}

// names gives what each article of a feed is called; a Native of "" is nothing
// by which it could be called, a GUID of "" none that tells it from others. Of
// articles that were there the last time it is what they were called then.
func names(owner string, items []*gofeed.Item, known []name) []name {
	before := map[string]string{}
	for _, n := range known {
		before[n.GUID] = n.Native
	}
	links := make([]string, len(items))
	sharing := map[string]map[string]bool{} // by address, the guids of the articles there
	count := map[string]int{}               // of articles by guid
	for i, it := range items {
		links[i] = permalink(owner, link(it))
		if sharing[links[i]] == nil {
			sharing[links[i]] = map[string]bool{}
		}
		sharing[links[i]][it.GUID] = true
		count[it.GUID]++
	}
	out := make([]name, len(items))
	for i, it := range items {
		n := &out[i]
		guid := strings.TrimSpace(it.GUID)
		if guid != "" && count[it.GUID] == 1 {
			n.GUID = hash(guid)[:16]
			if n.Native = before[n.GUID]; n.Native != "" {
				continue
			}
		}
		switch {
		case links[i] != "" && len(sharing[links[i]]) == 1:
			n.Native = short(links[i])
		case guid != "" && permalink(owner, guid) != "":
			n.Native = short(permalink(owner, guid))
		case guid != "":
			n.Native = short("guid:" + guid)
		case it.Title != "" || it.Description != "":
			// Nothing of its own: what it says is what it is.
			n.Native = "item:" + hash(links[i]+"\n"+it.Title+"\n"+it.Published)
		}
	}
	return out
}

// link is the address of an article: a guid is one where nothing else is.
func link(it *gofeed.Item) string {
	if it.Link == "" && (strings.HasPrefix(it.GUID, "http://") || strings.HasPrefix(it.GUID, "https://")) {
		return it.GUID
	}
	return it.Link
}
