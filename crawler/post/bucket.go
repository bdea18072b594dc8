package post

import (
	"fmt"
	"regexp"
	"time"
)

// Bucket is where a post lives for as long as it lives: retention class and
// month of its clamped publishing time, for example "standard-2026-11". Tables
// and indices are made per bucket, so that retention drops whole ones.
type Bucket string

var bucketForm = regexp.MustCompile(`^[a-z]{1,16}-[0-9]{4}-(0[1-9]|1[0-2])$`)

// NewBucket gives the bucket of a retention class and a time.
func NewBucket(class string, published time.Time) (Bucket, error) {
	b := Bucket(class + published.UTC().Format("-2006-01"))
	return b, b.Check()
}

// Check says whether the bucket is well formed; bucket names become names of
// tables and indices, so nothing else may pass.
func (b Bucket) Check() error {
	if !bucketForm.MatchString(string(b)) {
		return fmt.Errorf("bucket %.40q is not class-YYYY-MM", string(b))
	}
	return nil
}

// Class is the retention class.
func (b Bucket) Class() string { return string(b[:len(b)-len("-2006-01")]) }

// Month is the first moment of the bucket's month, UTC.
func (b Bucket) Month() time.Time {
	t, _ := time.Parse("2006-01", string(b[len(b)-len("2006-01"):]))
	return t
}

// Class is a retention class: how long posts of a source are kept.
type Class struct {
	Name   string
	Months int // whole months after the month of publishing
}

// Accepts says whether a post published then is still within the class now.
func (c Class) Accepts(published, now time.Time) bool {
	first := time.Date(now.UTC().Year(), now.UTC().Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, -c.Months, 0)
	return !published.Before(first)
}

// Ends is the moment from which a bucket of the class is kept no longer: every
// post in it is older than the class accepts.
func (c Class) Ends(b Bucket) time.Time { return b.Month().AddDate(0, c.Months+1, 0) }
