package app

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

// A setting that is wrong ends every command with exit code 2, and is named
// with what would be right, before anything is started.
func TestWrongSettings(t *testing.T) {
	for _, c := range []struct {
		command string // and flags
		want    string // in the message
	}{
		{"run --database-url=localhost", "OTKLIK_DATABASE_URL: is not an address like postgres://"},
		{"run --database-url=postgres://otklik:hush@db:x/otklik", "OTKLIK_DATABASE_URL: is not an address like postgres://"},
		{"run --kafka=kafka", `OTKLIK_KAFKA: "kafka" is not an address like host:9092`},
		{"run --kafka=a:9092,b:99999", `OTKLIK_KAFKA: "b:99999"`},
		{"run --kafka=http://kafka:9092", `OTKLIK_KAFKA: "http://kafka:9092"`},
		{"run --elasticsearch=es:9200", `OTKLIK_ELASTICSEARCH: "es:9200" is not an address like http://host:9200`},
		{"run --elasticsearch=ftp://u:hush@es:9200", `OTKLIK_ELASTICSEARCH: "es:9200"`},
		{"run --prefix=Отклик", "OTKLIK_PREFIX: "},
		{"run --prefix=", "OTKLIK_PREFIX: "},
		{"run --prefix=1st", "OTKLIK_PREFIX: "},
		{"run --kafka-replicas=0", "OTKLIK_KAFKA_REPLICAS: 0 is not between 1 and 100"},
		{"run --crawl-workers=0", "OTKLIK_CRAWL_WORKERS: 0 is not between 1 and 1000"},
		{"run --max-conns=4", "OTKLIK_MAX_CONNS: 4 is not between 5 and 1000"},
		{"run --retention=short=12", `OTKLIK_RETENTION: the class "standard" is missing`},
		{"run --retention=standard=0;short=12", `OTKLIK_RETENTION: class "standard" with 0 months`},
		{"run --allow=localhost:8080", `OTKLIK_ALLOW: "localhost:8080" is not an address like 10.0.0.5:8080`},
		{"run --telegram-url=t.me", `OTKLIK_TELEGRAM_URL: "t.me" is not an address like https://t.me`},
		{"run --base-url=otklik.example", `OTKLIK_BASE_URL: "otklik.example" is not an address like https://otklik.example`},
		{"run --base-url=https://otklik.example/?a=b", "OTKLIK_BASE_URL: "},
		{"run --base-url=https://:443", "OTKLIK_BASE_URL: "},
		{"run --smtp=foo", "OTKLIK_SMTP: this is not an address like smtp://"},
		{"run --smtp=smtp://otklik:hush@", "OTKLIK_SMTP: this is not an address like smtp://"},
		{"run --smtp=smtp://mail:70000", `OTKLIK_SMTP: the port "70000"`},
		{"run --smtp=smtp://mail?tls=maybe", `OTKLIK_SMTP: tls="maybe" is unknown`},
		{"run --mail-from=otklik", `OTKLIK_MAIL_FROM: "otklik" is not an e-mail address`},
		{"run --trusted-proxies=everybody", `OTKLIK_TRUSTED_PROXIES: "everybody"`},
		{"run --oidc=id=a,secret=hush", "OTKLIK_OIDC: "},
		{"run --oidc=id=a,issuer=https://id.example,client=c", "OTKLIK_OIDC: signing in through providers needs the public address"},
		{"run --base-url=https://otklik.example --oidc=id=a,client=c,issuer=id.example", "OTKLIK_OIDC: the issuer of"},
		{"run --listen=foo", `OTKLIK_LISTEN: "foo" is not an address like 127.0.0.1:8080`},
		{"run --listen=:99999", "OTKLIK_LISTEN: "},
		{"serve --listen=8080", "OTKLIK_LISTEN: "},
		{"run --bootstrap=short", "OTKLIK_BOOTSTRAP_TOKEN: the bootstrap token"},
		{"run --log-level=loud", "--log-level"},
		{"run --max-conns=many", "--max-conns"},
		{"migrate --smtp=foo", "OTKLIK_SMTP: "}, // whatever the command
		{"import --mail-from=foo posts.ndjson", "OTKLIK_MAIL_FROM: "},
		{"simulate --listen=foo --pace=0s", "--pace: 0s is not longer than nothing"},
		{"simulate --listen=foo", `--listen: "foo" is not an address`},
		// What works alone brings no database.
		{"serve", "OTKLIK_DATABASE_URL: is not set, but otklik serve shares its database with the other processes"},
		{"crawl", "or start otklik run"},
		{"index", "or start otklik run"},
		{"desk", "or start otklik run"},
	} {
		t.Run(c.command, func(t *testing.T) {
			t.Chdir(t.TempDir())
			t.Setenv("OTKLIK_DATABASE_URL", "")
			code, stdout, stderr := otklik(t, strings.Fields(c.command)...)
			require.Equal(t, exitMisused, code, stderr)
			require.Contains(t, stderr, c.want)
			require.NotContains(t, stdout+stderr, "hush")
			require.NotContains(t, stderr, "level=INFO", "something was started")
		})
	}
}

// All that is wrong is said at once.
func TestEveryWrongSettingIsNamed(t *testing.T) {
	t.Setenv("OTKLIK_SMTP", "foo")
	t.Setenv("OTKLIK_LISTEN", "foo")
	t.Setenv("OTKLIK_BASE_URL", "foo")
	t.Setenv("OTKLIK_DATABASE_URL", "")
	code, _, stderr := otklik(t, "serve", "--kafka-replicas=-1", "--prefix", "-")
	require.Equal(t, exitMisused, code)
	for _, name := range []string{"DATABASE_URL", "SMTP", "LISTEN", "BASE_URL", "KAFKA_REPLICAS", "PREFIX"} {
		require.Contains(t, stderr, "\n  OTKLIK_"+name+": ")
	}
	code, stdout, _ := otklik(t, "version")
	require.Zero(t, code, "that needs no settings")
	require.Equal(t, "test\n", stdout)
}

func TestRightSettings(t *testing.T) {
	for _, flags := range []string{
		"run", "run --listen=:8080", "run --listen=[::1]:0", "run --base-url=https://otklik.example/desk", "run --smtp=smtps://mail",
		"run --smtp=smtp://u:p@127.0.0.1:25?tls=none --mail-from=Отклик<otklik@region.example>",
		"serve --database-url=postgres://otklik@/otklik?host=/run/postgresql", "crawl --database-url=postgres://db/otklik --kafka=a:1,[::1]:2 --elasticsearch=https://u:p@es",
		"run --oidc=id=a,issuer=https://id.example,client=c --base-url=http://localhost:8080", "run --allow=10.0.0.5:80,[::1]:80 --trusted-proxies=10.0.0.0/8",
		"run --retention=standard=60 --prefix=otklik-2_x",
	} {
		require.NoError(t, checked(t, strings.Fields(flags)...), flags)
	}
}

// checked gives what is wrong with a command line, without running it.
func checked(t *testing.T, args ...string) error {
	t.Helper()
	var c commands
	parser, err := kong.New(&c)
	require.NoError(t, err)
	k, err := parser.Parse(args)
	require.NoError(t, err)
	return c.check(roleName(k.Command()))
}
