package kafka

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// EnsureTopics makes the topics of package stream where they are missing.
// Others are made when they are first used.
func (l *Log) EnsureTopics(ctx context.Context) error {
	var names []string
	for _, t := range []string{stream.Posts, stream.Indexed, stream.Matches} {
		names = append(names, t, stream.Rejected(t))
	}
	return l.ensure(ctx, names...)
}

// topicPoll is how often metadata is asked for a topic that was just made.
const topicPoll = 50 * time.Millisecond

// ensure makes topics that are missing and waits until the brokers know them.
// A topic with another number of partitions is refused: keys would go
// elsewhere.
func (l *Log) ensure(ctx context.Context, topics ...string) error {
	var ask []string
	l.mu.Lock()
	for _, t := range topics {
		if !l.known[t] {
			ask = append(ask, t)
		}
	}
	l.mu.Unlock()
	if len(ask) == 0 {
		return nil
	}
	bounded, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	for first := true; ; first = false {
		missing, err := l.missing(bounded, ask)
		if err == nil && len(missing) > 0 {
			if first {
				err = l.create(bounded, missing)
			} else {
				err = fault.New(fault.Unavailable, "Kafka does not know the topic %s yet", missing[0])
			}
		}
		if err == nil && len(missing) == 0 {
			l.mu.Lock()
			for _, t := range ask {
				l.known[t] = true
			}
			l.mu.Unlock()
			return nil
		}
		if err != nil && fault.KindOf(err) != fault.Unavailable {
			return err
		}
		select {
		case <-bounded.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return failed("find the topic "+ask[0], cmp.Or(err, bounded.Err()))
		case <-time.After(topicPoll):
		}
	}
}

func (l *Log) missing(ctx context.Context, topics []string) ([]string, error) {
	names := make([]string, len(topics))
	short := map[string]string{}
	for i, t := range topics {
		names[i] = l.o.Prefix + t
		short[names[i]] = t
	}
	res, err := l.client.Metadata(ctx, &kafka.MetadataRequest{Topics: names})
	if err != nil {
		return nil, failed("ask for its topics", err)
	}
	var missing []string
	for _, t := range res.Topics {
		switch {
		case errors.Is(t.Error, kafka.UnknownTopicOrPartition):
			missing = append(missing, short[t.Name])
		case t.Error != nil:
			return nil, failed("ask for the topic "+t.Name, t.Error)
		case len(t.Partitions) != stream.Partitions:
			return nil, fault.New(fault.Conflict, "the Kafka topic %s has %d partitions; Otklik needs %d: choose another prefix or make it anew",
				t.Name, len(t.Partitions), stream.Partitions)
		}
	}
	return missing, nil
}

func (l *Log) create(ctx context.Context, topics []string) error {
	req := &kafka.CreateTopicsRequest{}
	for _, t := range topics {
		keep := l.o.Retention[t]
		switch {
		case keep > 0:
		case t == stream.Indexed:
			keep = 24 * time.Hour
		default:
			keep = 30 * 24 * time.Hour
		}
		entries := []kafka.ConfigEntry{
			{ConfigName: "retention.ms", ConfigValue: strconv.FormatInt(keep.Milliseconds(), 10)},
			// What is kept is dropped by segments: a segment may not span much
			// more than is to be kept (Kafka's own default is 7 days).
			{ConfigName: "segment.ms", ConfigValue: strconv.FormatInt(min(keep/4, week).Milliseconds(), 10)},
			{ConfigName: "message.timestamp.type", ConfigValue: "LogAppendTime"},
			{ConfigName: "cleanup.policy", ConfigValue: "delete"},
		}
		if l.o.Replication > 2 {
			entries = append(entries, kafka.ConfigEntry{ConfigName: "min.insync.replicas", ConfigValue: "2"})
		}
		req.Topics = append(req.Topics, kafka.TopicConfig{
			Topic: l.o.Prefix + t, NumPartitions: stream.Partitions, ReplicationFactor: l.o.Replication, ConfigEntries: entries,
		})
	}
	res, err := l.client.CreateTopics(ctx, req)
	if err != nil {
		return failed("make topics", err)
	}
	for name, err := range res.Errors {
		if err != nil && !errors.Is(err, kafka.TopicAlreadyExists) {
			return failed("make the topic "+name, err)
		}
	}
	return nil
}
