package stream

import (
	"context"
	"time"
)

// Behind is how far a group is behind on a topic.
type Behind struct {
	Lags    []Lag // of every partition
	Records int64 // that wait
	// Since is when the oldest of them was appended, by the engine's clock;
	// zero: none waits.
	Since time.Time
}

// Meter is what MeasureBehind asks. Both logs are one.
type Meter interface {
	Lag(ctx context.Context, group, topic string) ([]Lag, error)
	Read(ctx context.Context, topic string, partition int, from int64, max int) ([]Message, error)
}

// MeasureBehind asks a log how far a group is behind, in records and in time.
// It needs no member of the group: who stands still says nothing.
func MeasureBehind(ctx context.Context, l Meter, group, topic string) (Behind, error) {
	lags, err := l.Lag(ctx, group, topic)
	if err != nil {
		return Behind{}, err
	}
	b := Behind{Lags: lags}
	for _, lag := range lags {
		n := lag.End - lag.Committed
		if n <= 0 {
			continue
		}
		b.Records += n
		oldest, err := l.Read(ctx, topic, lag.Partition, lag.Committed, 1)
		if err != nil {
			return Behind{}, err
		}
		if len(oldest) > 0 && (b.Since.IsZero() || oldest[0].Time.Before(b.Since)) {
			b.Since = oldest[0].Time
		}
	}
	return b, nil
}
