package app

import (
	"cmp"
	"fmt"
	"maps"
	"net"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/netguard"
	"github.com/otklik/otklik/internal/people"
)

// settings collects what is wrong with settings, by the names of their
// variables. Messages show no value that may hold a password.
type settings []fault.Field

func (s *settings) bad(variable, format string, args ...any) {
	*s = append(*s, fault.Field{Path: variable, Message: fmt.Sprintf(format, args...)})
}

// refuse adds an error that is about one variable.
func (s *settings) refuse(variable string, err error) {
	if err != nil {
		s.bad(variable, "%s", strings.TrimPrefix(err.Error(), variable+": "))
	}
}

// check finds everything that is wrong with the settings of a command, before
// anything is started.
func (c *commands) check(command roleName) error {
	var s settings
	switch command {
	case "version":
		return nil
	case "simulate":
		s.listen("--listen", c.Simulate.Listen)
		if c.Simulate.Pace <= 0 {
			s.bad("--pace", "%s is not longer than nothing; for example 5s", c.Simulate.Pace)
		}
		return fault.Fields(s...)
	case "run":
		s.serve(c.Run.serveCommand)
	case "serve":
		s.serve(c.Serve)
	}
	if slices.Contains([]roleName{"crawl", "index", "desk", "serve"}, command) && c.DatabaseURL == "" {
		s.bad("OTKLIK_DATABASE_URL", "is not set, but otklik %s shares its database with the other processes: name it, "+
			"postgres://user:password@host:5432/otklik, or start otklik run, which is all of them in one and brings a Postgres", command)
	}
	c.engines(&s)
	c.reach(&s)
	c.mail(&s)
	return fault.Fields(s...)
}

func (s *settings) serve(c serveCommand) {
	s.listen("OTKLIK_LISTEN", c.Listen)
	if c.Bootstrap != "" {
		s.refuse("OTKLIK_BOOTSTRAP_TOKEN", access.CheckBootstrap(c.Bootstrap))
	}
}

func (s *settings) listen(variable, address string) {
	if _, port, err := net.SplitHostPort(address); err != nil || !isPort(port, 0) {
		s.bad(variable, "%q is not an address like 127.0.0.1:8080; :8080 is all addresses of this machine", address)
	}
}

func isPort(s string, least int) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= least && n <= 65535
}

var prefixForm = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,99}$`)

// engines: what keeps the data, and for how long.
func (c *Config) engines(s *settings) {
	if c.DatabaseURL != "" {
		if _, err := pgxpool.ParseConfig(c.DatabaseURL); err != nil {
			s.bad("OTKLIK_DATABASE_URL", "is not an address like postgres://user:password@host:5432/otklik")
		}
	}
	for _, a := range c.Kafka {
		if host, port, err := net.SplitHostPort(a); err != nil || host == "" || strings.Contains(a, "/") || !isPort(port, 1) {
			s.bad("OTKLIK_KAFKA", "%q is not an address like host:9092", a)
		}
	}
	for _, a := range c.Elasticsearch {
		if !isWeb(a) {
			_, after, _ := strings.Cut(a, "@") // before it a password may stand
			s.bad("OTKLIK_ELASTICSEARCH", "%q is not an address like http://host:9200", cmp.Or(after, a))
		}
	}
	if !prefixForm.MatchString(c.Prefix) {
		s.bad("OTKLIK_PREFIX", "%q can't begin the names of topics and indices: a small Latin letter, then small letters, digits, - and _, 100 at most", c.Prefix)
	}
	s.between("OTKLIK_KAFKA_REPLICAS", c.KafkaReplicas, 1, 100)
	s.between("OTKLIK_CRAWL_WORKERS", c.CrawlWorkers, 1, 1000)
	s.between("OTKLIK_MAX_CONNS", c.MaxConns, 5, 1000)
	if c.NoticeBehind != 0 && c.NoticeBehind < time.Minute {
		s.bad("OTKLIK_NOTICE_BEHIND", "%s is less than 1m, which happens now and then; 0 tells nobody", c.NoticeBehind)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Retention)) {
		if _, err := post.NewBucket(name, time.Unix(0, 0)); err != nil || c.Retention[name] < 1 || c.Retention[name] > 1200 {
			s.bad("OTKLIK_RETENTION", "class %q with %d months: a name has 1–16 small Latin letters, months are 1–1200", name, c.Retention[name])
		}
	}
	if _, ok := c.Retention["standard"]; !ok {
		s.bad("OTKLIK_RETENTION", `the class "standard" is missing`)
	}
}

func (s *settings) between(variable string, n, least, most int) {
	if n < least || n > most {
		s.bad(variable, "%d is not between %d and %d", n, least, most)
	}
}

// isWeb: a bare http(s) address, of a host or of something below it.
func isWeb(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Hostname() != "" && (u.Scheme == "http" || u.Scheme == "https") && u.RawQuery == "" && u.Fragment == "" &&
		(u.Port() == "" || isPort(u.Port(), 1))
}

// reach: where this installation is, and what it may speak to.
func (c *Config) reach(s *settings) {
	if c.BaseURL != "" && !isWeb(c.BaseURL) {
		s.bad("OTKLIK_BASE_URL", "%q is not an address like https://otklik.example", c.BaseURL)
	}
	if !isWeb(c.TelegramURL) {
		s.bad("OTKLIK_TELEGRAM_URL", "%q is not an address like https://t.me", c.TelegramURL)
	}
	for _, a := range c.Allow {
		if _, err := netguard.New([]string{a}); err != nil {
			s.bad("OTKLIK_ALLOW", "%q is not an address like 10.0.0.5:8080; hosts can't be allowed by name", a)
		}
	}
	_, err := c.proxies()
	s.refuse("OTKLIK_TRUSTED_PROXIES", err)
	providers, err := c.providers()
	if err == nil && len(providers) > 0 {
		_, err = people.NewOIDC(nil, providers, c.BaseURL, nil) // it asks nobody before somebody signs in
	}
	s.refuse("OTKLIK_OIDC", err)
}

// mail: how letters go out.
func (c *Config) mail(s *settings) {
	if c.SMTP != "" {
		_, err := mailServer(c.SMTP)
		s.refuse("OTKLIK_SMTP", err)
	}
	if _, err := mail.ParseAddress(c.MailFrom); err != nil {
		s.bad("OTKLIK_MAIL_FROM", "%q is not an e-mail address like otklik@region.example", c.MailFrom)
	}
}
