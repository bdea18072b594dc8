package fetch

import (
	"compress/flate"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// retryAfter reads Retry-After: seconds or a date (RFC 9110, section 10.2.3).
// Zero: the host didn't say, or said something else. More than a day is not
// believed.
func (f *Fetcher) retryAfter(s string) time.Time {
	now := f.Now()
	var wait time.Duration
	if n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 63); err == nil {
		wait = time.Duration(min(n, uint64(maxPeace/time.Second))) * time.Second
	} else if t, err := http.ParseTime(strings.TrimSpace(s)); err == nil {
		wait = t.Sub(now)
	}
	if wait <= 0 {
		return time.Time{}
	}
	return now.Add(min(wait, maxPeace))
}

// corrupt tells damaged packing from a connection that broke.
func corrupt(err error) bool {
	var c flate.CorruptInputError
	return errors.As(err, &c)
}
