package postgres_test

import (
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
)

// relay passes every connection on to the server of cfg until l is closed.
func relay(l net.Listener, cfg *pgx.ConnConfig) {
	network, address := "tcp", net.JoinHostPort(cfg.Host, fmt.Sprint(cfg.Port))
	if strings.HasPrefix(cfg.Host, "/") {
		network, address = "unix", fmt.Sprintf("%s/.s.PGSQL.%d", cfg.Host, cfg.Port)
	}
	for {
		in, err := l.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial(network, address)
		if err != nil {
			in.Close()
			continue
		}
		go func() { defer in.Close(); io.Copy(in, out) }()
		go func() { defer out.Close(); io.Copy(out, in) }()
	}
}
