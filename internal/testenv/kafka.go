package testenv

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
)

// KafkaPrefix gives a prefix of topics that no other test has; the topics are
// deleted when the test ends.
func KafkaPrefix(t testing.TB) string {
	t.Helper()
	brokers, p := Kafka(t), Name(t)+"."
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := deleteTopics(ctx, &kafka.Client{Addr: kafka.TCP(brokers...), Transport: &kafka.Transport{}}, p); err != nil {
			t.Errorf("delete the topics of the test: %v", err)
		}
	})
	return p
}

func deleteTopics(ctx context.Context, c *kafka.Client, prefix string) error {
	m, err := c.Metadata(ctx, &kafka.MetadataRequest{})
	if err != nil {
		return err
	}
	var names []string
	for _, topic := range m.Topics {
		if strings.HasPrefix(topic.Name, prefix) {
			names = append(names, topic.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	_, err = c.DeleteTopics(ctx, &kafka.DeleteTopicsRequest{Topics: names})
	return err
}
