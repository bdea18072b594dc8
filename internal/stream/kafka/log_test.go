package kafka_test

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	client "github.com/segmentio/kafka-go"

	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/stream/kafka"
	"github.com/otklik/otklik/internal/stream/streamtest"
	"github.com/otklik/otklik/internal/testenv"
)

// session is the least that brokers allow by default (group.min.session.timeout.ms).
const session = 6 * time.Second

func open(t testing.TB, o kafka.Options) *kafka.Log {
	t.Helper()
	o.Brokers, o.Log = testenv.Kafka(t), slog.New(slog.DiscardHandler)
	l, err := kafka.New(o)
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	return l
}

func TestConformance(t *testing.T) {
	p := testenv.KafkaPrefix(t)
	streamtest.Run(t, streamtest.Engine{
		Open: func(t testing.TB, line *streamtest.Line) stream.Log {
			return open(t, kafka.Options{Prefix: p, Session: session, Dial: line.Dial})
		},
		Dense: true, Lapse: session,
	})
}

func TestTopicsAreMadeForTheirPurpose(t *testing.T) {
	p := testenv.KafkaPrefix(t)
	l := open(t, kafka.Options{Prefix: p, Retention: map[string]time.Duration{stream.Posts: 48 * time.Hour}})
	require.NoError(t, l.EnsureTopics(t.Context()))
	require.NoError(t, open(t, kafka.Options{Prefix: p}).EnsureTopics(t.Context()), "they are there already")
	c := &client.Client{Addr: client.TCP(testenv.Kafka(t)...), Transport: &client.Transport{}}
	for topic, want := range map[string]string{stream.Indexed: "86400000", stream.Posts: "172800000", stream.Matches: "2592000000"} {
		res, err := c.DescribeConfigs(t.Context(), &client.DescribeConfigsRequest{Resources: []client.DescribeConfigRequestResource{
			{ResourceType: client.ResourceTypeTopic, ResourceName: p + topic, ConfigNames: []string{"retention.ms", "message.timestamp.type"}},
		}})
		require.NoError(t, err)
		got := map[string]string{}
		for _, e := range res.Resources[0].ConfigEntries {
			got[e.ConfigName] = e.ConfigValue
		}
		require.Equal(t, map[string]string{"retention.ms": want, "message.timestamp.type": "LogAppendTime"}, got, topic)
	}
}

func TestATopicWithOtherPartitionsIsRefused(t *testing.T) {
	p := testenv.KafkaPrefix(t)
	c := &client.Client{Addr: client.TCP(testenv.Kafka(t)...), Transport: &client.Transport{}}
	_, err := c.CreateTopics(t.Context(), &client.CreateTopicsRequest{Topics: []client.TopicConfig{{Topic: p + "posts", NumPartitions: 3, ReplicationFactor: 1}}})
	require.NoError(t, err)
	err = open(t, kafka.Options{Prefix: p}).Append(t.Context(), "posts", stream.Record{Key: "k"})
	require.Equal(t, fault.Conflict, fault.KindOf(err), "%v", err)
	require.ErrorContains(t, err, "3 partitions")
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []kafka.Options{{}, {Brokers: []string{"nowhere"}}, {Brokers: []string{"a:1"}, Prefix: "Большой "}} {
		_, err := kafka.New(o)
		require.Equal(t, fault.Invalid, fault.KindOf(err))
	}
}

// Callers who give up and try again, as a crawler does for as long as brokers
// don't answer, leave no more behind than has room.
func TestWhatIsGivenUpIsBounded(t *testing.T) {
	n := &network{}
	l := open(t, kafka.Options{Prefix: testenv.KafkaPrefix(t), Dial: n.dial})
	big := stream.Record{Key: "k", Value: make([]byte, stream.MaxValue)}
	require.NoError(t, l.Append(t.Context(), stream.Posts, big))
	n.hang(true)
	tries := 2 * kafka.RoomBytes / stream.MaxValue
	for range tries {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		require.Error(t, l.Append(ctx, stream.Posts, big))
		cancel()
	}
	require.False(t, l.HasRoom(2*stream.MaxValue), "it is full")
	n.hang(false)
	require.Eventually(t, func() bool { return l.HasRoom(kafka.RoomBytes) }, time.Minute, 50*time.Millisecond, "the writer goes on with it, and gives the room back")
	require.NoError(t, l.Append(t.Context(), stream.Posts, big))
	_, end, err := l.Kept(t.Context(), stream.Posts)
	require.NoError(t, err)
	require.Less(t, end[stream.PartitionOf("k")], int64(tries*3/4), "what had no room was never written")
}

// network is one that can hang: nothing that is written arrives.
type network struct {
	mu    sync.Mutex
	hangs bool
	conns []net.Conn
}

type hanging struct {
	net.Conn
	n *network
}

func (n *network) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.conns = append(n.conns, c)
	return hanging{c, n}, nil
}

// hang begins or ends it; its end breaks the connections, or they would wait for
// their timeouts.
func (n *network) hang(hangs bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.hangs = hangs; !hangs {
		for _, c := range n.conns {
			c.Close()
		}
	}
}

func (h hanging) Write(b []byte) (int, error) {
	h.n.mu.Lock()
	defer h.n.mu.Unlock()
	if h.n.hangs {
		return len(b), nil
	}
	return h.Conn.Write(b)
}

func TestBrokersThatAreAway(t *testing.T) {
	l, err := kafka.New(kafka.Options{Brokers: []string{"127.0.0.1:1"}, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	require.Error(t, l.Append(ctx, "posts", stream.Record{Key: "k"}))
	_, err = l.Tail(ctx, "posts", nil)
	require.Error(t, err)
}
