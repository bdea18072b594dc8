// Package notifytest is a mail server for tests: it speaks SMTP (RFC 5321) on
// a loopback address, keeps what it is given, and fails when told to.
package notifytest

import (
	"bufio"
	"fmt"
	"io"
	"mime"
	"net"
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
	MessageID string
	Subject   string // decoded
	Header    mail.Header
	Body      string // as sent, encoded
}

// Server is a running mail server.
type Server struct {
	Host string
	Port int

	mu      sync.Mutex
	letters []Letter
	reply   map[string]string
	cut     bool
}

// SMTP starts a server that ends with the test.
func SMTP(t testing.TB) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a := l.Addr().(*net.TCPAddr)
	s := &Server{Host: a.IP.String(), Port: a.Port, reply: map[string]string{}}
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
	r := textproto.NewReader(bufio.NewReader(c))
	say := func(line string) bool {
		_, err := fmt.Fprintf(c, "%s\r\n", line)
		return err == nil && !strings.HasPrefix(line, "421")
	}
	if !say("220 test ESMTP") {
		return
	}
	var l Letter
	for {
		line, err := r.ReadLine()
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		ok := true
		switch verb {
		case "EHLO", "HELO":
			ok = say("250-test") && say("250 8BITMIME")
		case "MAIL":
			l = Letter{From: address(line)}
			ok = say(s.told(verb, "250 ok"))
		case "RCPT":
			l.To = address(line)
			ok = say(s.told(verb, "250 ok"))
		case "DATA":
			if ok = say(s.told(verb, "354 go on")); ok && s.told(verb, "") == "" {
				raw, err := io.ReadAll(r.DotReader())
				if err != nil {
					return
				}
				if ok = s.take(l, string(raw)); ok {
					ok = say(s.told(".", "250 taken"))
				}
			}
		case "QUIT":
			say("221 bye")
			return
		default:
			ok = say("250 ok")
		}
		if !ok {
			return
		}
	}
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
