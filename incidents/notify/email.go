package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// TLS says how a connection to the mail server is protected.
type TLS string

const (
	StartTLS    TLS = "starttls" // required; the default
	ImplicitTLS TLS = "tls"      // from the first byte
	NoTLS       TLS = "none"     // for a server on the same machine
)

// EmailOptions name the mail server of an installation.
type EmailOptions struct {
	Host      string
	Port      int
	User      string // "": no authentication
	Password  string
	TLS       TLS
	From      string        // "Отклик <otklik@example.org>"
	Timeout   time.Duration // of one attempt; 0: 30 s
	TLSConfig *tls.Config   // nil: the system's certificates
}

// Email sends messages through an SMTP server.
type Email struct {
	options EmailOptions
	from    *mail.Address
	domain  string // right side of Message-IDs
}

// NewEmail checks the options.
func NewEmail(o EmailOptions) (*Email, error) {
	if o.Host == "" || o.Port < 1 || o.Port > 65535 {
		return nil, errors.New("mail server: host and port are needed")
	}
	if o.TLS == "" {
		o.TLS = StartTLS
	}
	if o.TLS != StartTLS && o.TLS != ImplicitTLS && o.TLS != NoTLS {
		return nil, fmt.Errorf("mail server: TLS %q is not starttls, tls or none", o.TLS)
	}
	from, err := mail.ParseAddress(o.From)
	if err != nil {
		return nil, fmt.Errorf("mail server: sender %q: %w", o.From, err)
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	return &Email{options: o, from: from, domain: domain}, nil
}

// MessageID is the id of the letter for a message: the same at every attempt,
// so that a repeat is recognised.
func (e *Email) MessageID(m Message) string { return m.Key + "@" + e.domain }

// Send makes one attempt. A refusal with 5xx is final, one with 4xx and
// whatever happens to the connection is not.
func (e *Email) Send(ctx context.Context, m Message) Outcome {
	ctx, cancel := context.WithTimeout(ctx, e.options.Timeout)
	defer cancel()
	to, err := mail.ParseAddress(m.Address)
	if err != nil || to.Address != m.Address {
		return Outcome{Result: GiveUp, Reason: "not an e-mail address"}
	}
	msg := gomail.NewMsg(gomail.WithEncoding(gomail.EncodingB64))
	msg.FromMailAddress(e.from)
	msg.ToMailAddress(to)
	msg.Subject(oneLine(m.Subject))
	msg.SetMessageIDWithValue(e.MessageID(m))
	msg.SetDate()
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no holiday replies
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)

	var raw net.Conn
	c, err := gomail.NewClient(e.options.Host, e.dialling(&raw)...)
	if err != nil {
		return Outcome{Result: Retry, Reason: err.Error()}
	}
	conn, err := c.DialToSMTPClientWithContext(ctx)
	if err != nil {
		if raw != nil {
			_ = raw.Close() // the library leaves a connection open that it could not greet, protect or sign in on
		}
		return Outcome{Result: Retry, Reason: "mail server: " + err.Error()}
	}
	// The letter is gone or not gone by then; a failed QUIT changes nothing.
	defer func() { _ = c.CloseWithSMTPClient(conn) }()
	if raw != nil { // the library knows only its own timeout from here on
		defer context.AfterFunc(ctx, func() { _ = raw.Close() })()
	}
	err = c.SendWithSMTPClient(conn, msg)
	if err == nil || msg.IsDelivered() {
		return Outcome{Result: Sent}
	}
	out := Outcome{Result: Retry, Reason: err.Error()}
	var se *gomail.SendError
	if !errors.As(err, &se) {
		return out
	}
	if code := se.ErrorCode(); code >= 500 && code < 600 {
		out.Result = GiveUp
	} else if code == 0 && se.Reason == gomail.ErrSMTPDataClose {
		out.Unsure = true // handed over, but the server's word did not reach us
	}
	return out
}

// dialling gives the client's options. The connection will be in raw, but for
// one that is protected from the first byte: the library makes that itself.
func (e *Email) dialling(raw *net.Conn) []gomail.Option {
	o := e.options
	opts := []gomail.Option{gomail.WithPort(o.Port), gomail.WithTimeout(o.Timeout)}
	if o.TLSConfig != nil {
		opts = append(opts, gomail.WithTLSConfig(o.TLSConfig))
	}
	if o.TLS != ImplicitTLS {
		opts = append(opts, gomail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := new(net.Dialer).DialContext(ctx, network, address)
			if err == nil {
				*raw = c
			}
			return c, err
		}))
	}
	switch o.TLS {
	case ImplicitTLS:
		opts = append(opts, gomail.WithSSL())
	case NoTLS:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	case StartTLS:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if o.User != "" {
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(o.User), gomail.WithPassword(o.Password))
	}
	return opts
}

// oneLine keeps a subject from ending the header.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
