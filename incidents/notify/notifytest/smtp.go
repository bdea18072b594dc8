// Package notifytest is a mail server for tests: it speaks SMTP (RFC 5321) on
// a loopback address, keeps what it is given, and fails when told to.
package notifytest

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"
)

// Letter is what the server took.
type Letter struct {
	From, To  string // of the envelope
	User      string // who signed in, "" for nobody
	Protected bool   // came through TLS
	MessageID string
	Subject   string // decoded
	Header    mail.Header
	Body      string // as sent, encoded
}

// Server is a running mail server.
type Server struct {
	Host   string
	Port   int
	Client *tls.Config // trusts the server; nil for one without TLS

	tls     *tls.Config
	mu      sync.Mutex
	letters []Letter
	reply   map[string]string
	cut     bool
}

// SMTP starts a server without TLS that ends with the test.
func SMTP(t testing.TB) *Server { return start(t, &Server{}, false) }

// SecureSMTP starts a server that takes letters only through TLS, from the
// first byte (implicit) or after STARTTLS, and only from user "otklik" with
// password "secret".
func SecureSMTP(t testing.TB, implicit bool) *Server {
	certified := httptest.NewTLSServer(nil) // for its certificate, which is for 127.0.0.1
	defer certified.Close()
	return start(t, &Server{
		tls:    &tls.Config{Certificates: certified.TLS.Certificates},
		Client: &tls.Config{RootCAs: certified.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, ServerName: "127.0.0.1"},
	}, implicit)
}

func start(t testing.TB, s *Server, implicit bool) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a := l.Addr().(*net.TCPAddr)
	s.Host, s.Port, s.reply = a.IP.String(), a.Port, map[string]string{}
	if implicit {
		l = tls.NewListener(l, s.tls)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { s.serve(c) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); all.Wait() })
	return s
}

// Answer makes the server answer a verb (MAIL, RCPT, DATA, or "." for the end
// of a letter) with a line, "" for as usual.
func (s *Server) Answer(verb, line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reply[verb] = line
}

// CutAfterData makes the server take a letter and close without its word.
func (s *Server) CutAfterData(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = on
}

// Letters gives what was taken so far.
func (s *Server) Letters() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Letter(nil), s.letters...)
}

func (s *Server) told(verb, usual string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.reply[verb]; r != "" {
		return r
	}
	return usual
}

func (s *Server) serve(c net.Conn) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := fmt.Fprint(c, "220 test ESMTP\r\n"); err == nil {
		(&session{Server: s, conn: c, r: textproto.NewReader(bufio.NewReader(c))}).run()
	}
}

// session is one connection.
type session struct {
	*Server
	conn   net.Conn
	r      *textproto.Reader
	letter Letter
}

func (s *session) run() {
	for {
		line, err := s.r.ReadLine()
		if err != nil || !s.answer(line) {
			return
		}
	}
}

// say gives false when that was the last word.
func (s *session) say(line string) bool {
	_, err := fmt.Fprintf(s.conn, "%s\r\n", line)
	return err == nil && !strings.HasPrefix(line, "421")
}

func (s *session) answer(line string) bool {
	verb, rest, _ := strings.Cut(line, " ")
	_, protected := s.conn.(*tls.Conn)
	switch verb = strings.ToUpper(verb); verb {
	case "EHLO", "HELO":
		s.letter = Letter{User: s.letter.User}
		switch {
		case protected:
			return s.say("250-test") && s.say("250-8BITMIME") && s.say("250 AUTH PLAIN")
		case s.tls != nil:
			return s.say("250-test") && s.say("250 STARTTLS")
		}
		return s.say("250-test") && s.say("250 8BITMIME")
	case "STARTTLS":
		if !s.say("220 go on") {
			return false
		}
		s.conn = tls.Server(s.conn, s.tls)
		s.r = textproto.NewReader(bufio.NewReader(s.conn))
		return true
	case "AUTH":
		if b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest, "PLAIN ")); err != nil || string(b) != "\x00otklik\x00secret" {
			return s.say("535 who?")
		}
		s.letter.User = "otklik"
		return s.say("235 welcome")
	case "MAIL":
		if s.tls != nil && s.letter.User == "" {
			return s.say("530 sign in first")
		}
		s.letter = Letter{From: address(line), User: s.letter.User, Protected: protected}
		return s.say(s.told(verb, "250 ok"))
	case "RCPT":
		s.letter.To = address(line)
		return s.say(s.told(verb, "250 ok"))
	case "DATA":
		if !s.say(s.told(verb, "354 go on")) || s.told(verb, "") != "" {
			return s.told(verb, "") != ""
		}
		raw, err := io.ReadAll(s.r.DotReader())
		return err == nil && s.take(s.letter, string(raw)) && s.say(s.told(".", "250 taken"))
	case "QUIT":
		s.say("221 bye")
		return false
	}
	return s.say("250 ok")
}

func (s *Server) take(l Letter, raw string) bool {
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		return false
	}
	body, _ := io.ReadAll(m.Body)
	l.Header, l.Body, l.MessageID = m.Header, string(body), m.Header.Get("Message-ID")
	l.Subject, _ = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.reply["."]; r != "" && !strings.HasPrefix(r, "2") {
		return true // refused: not kept
	}
	s.letters = append(s.letters, l)
	return !s.cut
}

func address(line string) string {
	_, a, _ := strings.Cut(line, "<")
	a, _, _ = strings.Cut(a, ">")
	return a
}
