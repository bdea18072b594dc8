package acceptance

import (
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/postgres"
	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/stream/kafka"
	streampg "github.com/otklik/otklik/internal/stream/postgres"
)

// setting gives a variable of the installation's processes.
func (in *installation) setting(name string) string {
	for _, e := range in.env {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			return v
		}
	}
	return ""
}

// openLog opens the installation's log beside its processes.
func openLog(in *installation) (stream.Log, func()) {
	in.t.Helper()
	if brokers := in.setting("OTKLIK_KAFKA"); brokers != "" {
		l, err := kafka.New(kafka.Options{Brokers: strings.Split(brokers, ","), Prefix: in.setting("OTKLIK_PREFIX")})
		require.NoError(in.t, err)
		return l, func() { _ = l.Close() }
	}
	pool, err := postgres.Open(in.t.Context(), in.setting("OTKLIK_DATABASE_URL"), postgres.Options{MaxConns: 4})
	require.NoError(in.t, err)
	l := streampg.New(streampg.Options{Pool: pool})
	return l, func() { _ = l.Close(); pool.Close() }
}
