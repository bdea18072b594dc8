// Package app wires the product together: configuration, the parts of either
// shape, the roles that run, and the commands of the binary. Only cmd and
// tests import it.
package app

import (
	"log/slog"
	"time"

	"github.com/otklik/otklik/crawler/post"
)

// Config is everything an installation can set, by flag or by environment.
// Addresses that are unset mean Postgres: one machine, one database.
type Config struct {
	DatabaseURL   string   `name:"database-url" env:"OTKLIK_DATABASE_URL" help:"Postgres, as a URL. Unset: a private server is fetched and started under --data."`
	Kafka         []string `name:"kafka" env:"OTKLIK_KAFKA" help:"Kafka brokers, host:port with commas between. Unset: the log is kept in Postgres."`
	Elasticsearch []string `name:"elasticsearch" env:"OTKLIK_ELASTICSEARCH" help:"Elasticsearch nodes, http(s)://host:port with commas between. Unset: the index is kept in Postgres."`
	Prefix        string   `name:"prefix" env:"OTKLIK_PREFIX" default:"otklik" help:"Beginning of the names of topics and indices, so that installations can share engines."`
	MaxConns      int      `name:"max-conns" env:"OTKLIK_MAX_CONNS" default:"20" help:"Connections to Postgres that this process may hold."`
	Allow         []string `name:"allow" env:"OTKLIK_ALLOW" help:"Private addresses, host:port with commas between, that sources and webhooks may name nonetheless."`
	CrawlWorkers  int      `name:"crawl-workers" env:"OTKLIK_CRAWL_WORKERS" default:"8" help:"Sources that one crawler reads at once."`
	TelegramURL   string   `name:"telegram-url" env:"OTKLIK_TELEGRAM_URL" default:"https://t.me" help:"Where public Telegram pages are read; another one for a mirror."`
	KafkaReplicas int      `name:"kafka-replicas" env:"OTKLIK_KAFKA_REPLICAS" default:"1" help:"Replication factor of new topics."`
	Data          string   `name:"data" env:"OTKLIK_DATA" default:"data" type:"path" help:"Folder for the private Postgres and side files."`

	Retention map[string]int `name:"retention" env:"OTKLIK_RETENTION" default:"standard=60;short=12" help:"Retention classes: months that posts are kept."`

	SMTP     string `name:"smtp" env:"OTKLIK_SMTP" help:"Mail server as smtp://user:password@host:port (STARTTLS when offered) or smtps://…; unset: no e-mail is sent, and the desk says so."`
	MailFrom string `name:"mail-from" env:"OTKLIK_MAIL_FROM" default:"otklik@localhost" help:"Sender of e-mail."`
	BaseURL  string `name:"base-url" env:"OTKLIK_BASE_URL" help:"Public address of this installation, for links in notifications and for signing in; with https:// cookies are for TLS only."`

	Name           string   `name:"name" env:"OTKLIK_NAME" help:"What this installation is called."`
	Collects       string   `name:"collects" env:"OTKLIK_COLLECTS" help:"What it collects, for the page that everybody can read; unset: our own words."`
	Why            string   `name:"why" env:"OTKLIK_WHY" help:"What for, for the same page; unset: our own words."`
	OIDC           string   `name:"oidc" env:"OTKLIK_OIDC" help:"OpenID Connect providers to sign in through: id=…,name=…,issuer=…,client=…,secret=… with ; between them. They send people back to <base-url>/auth/oidc/<id>/callback."`
	TrustedProxies []string `name:"trusted-proxies" env:"OTKLIK_TRUSTED_PROXIES" help:"Addresses and networks, with commas between, of proxies whose X-Forwarded-For is believed. Unset: nobody's."`

	NoticeBehind time.Duration `name:"notice-behind" env:"OTKLIK_NOTICE_BEHIND" default:"5m" help:"How far the line may be behind before everybody's page says so; 0: it never does."`

	// visit: a private Postgres that another process runs may be used. Only for
	// commands that end by themselves: it stops when its own process does.
	visit bool

	LogLevel  slog.Level `name:"log-level" env:"OTKLIK_LOG_LEVEL" default:"info" help:"debug, info, warn or error."`
	LogFormat string     `name:"log-format" env:"OTKLIK_LOG_FORMAT" default:"text" enum:"text,json" help:"text or json."`
}

func (c *Config) classes() []post.Class {
	var out []post.Class
	for name, months := range c.Retention {
		out = append(out, post.Class{Name: name, Months: months})
	}
	return out
}

// shape says in a word what the log and the index are.
func (c *Config) shape() string {
	switch {
	case len(c.Kafka) > 0 && len(c.Elasticsearch) > 0:
		return "kafka + elasticsearch + postgres"
	case len(c.Kafka) > 0:
		return "kafka + postgres"
	case len(c.Elasticsearch) > 0:
		return "elasticsearch + postgres"
	}
	return "postgres"
}
