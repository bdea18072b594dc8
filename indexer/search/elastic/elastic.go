// Package elastic is the index of posts in Elasticsearch 8, for installations
// that have outgrown one machine.
//
// Every bucket has two indices: PREFIX-posts-BUCKET holds one document for a
// post, its present state under its id; PREFIX-history-BUCKET holds one for
// every revision and deletion, under id@rev. Of a bucket that was made anew
// (rebuild) the first is an alias. The order of readings is kept by
// Elasticsearch itself: a document's external version is its rev.
//
// Words come analysed (package text). They go through the built-in whitespace
// analyser, which cuts at spaces and nothing else, and are not kept in the
// stored source: that holds the record alone.
//
// Only what a server without any module has is used, and everything is asked
// by full index names, so that installations with other prefixes are safe.
package elastic

import (
	"context"
	"net/http"
	"regexp"
	"sync"
	"time"

	elasticsearch "github.com/elastic/go-elasticsearch/v8"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/fault"
)

// Options of New.
type Options struct {
	Addresses []string // http(s)://host:port, also with user:password@
	Prefix    string   // of the names of indices: small Latin letters, digits, - and _
	// Analyzer is what posts were analysed with; a deletion analyses the text
	// it finds again, whose words aren't stored. Default text.New.
	Analyzer *text.Analyzer

	pause time.Duration // before the first repetition; tests are quicker
}

// Index is the index of one installation. It is safe for concurrent use.
type Index struct {
	client   *elasticsearch.BaseClient
	prefix   string
	analyzer *text.Analyzer
	now      func() time.Time
	pause    time.Duration
	most     int64 // bytes read of one answer
	showing  showing

	mu    sync.Mutex
	known map[string]bool // indices that were there when last looked at
}

var (
	_ search.Writer = (*Index)(nil)
	_ search.Reader = (*Index)(nil)

	_ search.Rebuilder = (*Index)(nil)
)

// An index's name may not begin with - or _; what is left of 255 bytes is more
// than enough.
var prefixForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,99}$`)

const (
	callTimeout  = 30 * time.Second      // one exchange that is not a search
	retries      = 3                     // of an exchange that didn't reach the server, or that it had no time for
	defaultPause = 50 * time.Millisecond // before the first repetition; each later one is twice as long
)

// New connects to a cluster and sees to the templates of indices. The error is
// fault.Unavailable where no node answers.
func New(ctx context.Context, o Options) (*Index, error) {
	switch {
	case len(o.Addresses) == 0:
		return nil, fault.New(fault.Invalid, "no address of Elasticsearch is named")
	case !prefixForm.MatchString(o.Prefix):
		return nil, fault.New(fault.Invalid, "the prefix %.80q can't begin the name of an index: small Latin letters, digits, - and _ are allowed", o.Prefix)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 32
	transport.DisableCompression = true // near a cluster, time is dearer than bytes
	x := &Index{prefix: o.Prefix, analyzer: o.Analyzer, now: time.Now, pause: o.pause, most: maxAnswer, known: map[string]bool{}}
	if x.analyzer == nil {
		x.analyzer = text.New()
	}
	if x.pause == 0 {
		x.pause = defaultPause
	}
	client, err := elasticsearch.NewBaseClient(elasticsearch.Config{
		Addresses:     o.Addresses,
		Transport:     transport,
		MaxRetries:    retries,
		RetryOnStatus: []int{http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout},
		RetryOnError:  func(r *http.Request, _ error) bool { return r.Context().Err() == nil },
		RetryBackoff:  x.backoff,
	})
	if err != nil {
		return nil, fault.New(fault.Invalid, "Elasticsearch's addresses: %w", err)
	}
	x.client = client
	return x, x.install(ctx)
}

// backoff is the wait after attempt 1, 2, … of an exchange.
func (x *Index) backoff(attempt int) time.Duration {
	const most = 2 * time.Second
	return min(x.pause<<min(attempt-1, 10), most)
}

// Ping says whether the cluster answers.
func (x *Index) Ping(ctx context.Context) error {
	return x.call(ctx, http.MethodGet, "/", nil, nil)
}

// posts and history name the indices of a bucket.
func (x *Index) posts(b post.Bucket) string   { return x.prefix + "-posts-" + string(b) }
func (x *Index) history(b post.Bucket) string { return x.prefix + "-history-" + string(b) }
