package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/otklik/otklik/internal/fault"
)

// The headers of a webhook.
const (
	HeaderSignature = "Otklik-Signature" // "t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">"
	HeaderEvent     = "Otklik-Event"
	HeaderKey       = "Idempotency-Key" // the same at every attempt of one message
)

// Webhook posts messages as JSON. Redirects are not followed: the address was
// checked, where it points to was not.
type Webhook struct {
	Client  *http.Client     // dials through netguard
	Now     func() time.Time // nil: time.Now
	Timeout time.Duration    // of one attempt; 0: 15 s
}

// Send makes one attempt. 2xx is sent; 408, 425, 429 and 5xx may work later;
// everything else never will.
func (w *Webhook) Send(ctx context.Context, m Message) Outcome {
	timeout := w.Timeout
	if timeout == 0 {
		timeout = 15 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	u, err := url.Parse(m.Address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return Outcome{Result: GiveUp, Reason: "the address is not http(s)://…"}
	}
	var handed atomic.Bool // the whole request was written
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(i httptrace.WroteRequestInfo) {
		if i.Err == nil {
			handed.Store(true)
		}
	}})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.Address, bytes.NewReader(m.Data))
	if err != nil {
		return Outcome{Result: GiveUp, Reason: "the address is not usable"}
	}
	now := time.Now
	if w.Now != nil {
		now = w.Now
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Otklik")
	req.Header.Set(HeaderEvent, m.Event)
	req.Header.Set(HeaderKey, m.Key)
	if m.Secret != "" {
		req.Header.Set(HeaderSignature, Sign(m.Secret, now(), m.Data))
	}
	client := *w.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(req)
	if err != nil {
		return failed(err, handed.Load())
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10)) // lets the connection be used again
	return answered(res, now())
}

// failed says what an error of the transport means. What netguard refuses is
// refused for good.
func failed(err error, handed bool) Outcome {
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err // without the address, which may hold a token
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Forbidden:
		return Outcome{Result: GiveUp, Reason: err.Error()}
	}
	return Outcome{Result: Retry, Reason: err.Error(), Unsure: handed}
}

func answered(res *http.Response, now time.Time) Outcome {
	s := res.StatusCode
	switch {
	case s >= 200 && s < 300:
		return Outcome{Result: Sent}
	case s == http.StatusRequestTimeout, s == http.StatusTooEarly, s == http.StatusTooManyRequests, s >= 500:
		return Outcome{Result: Retry, Reason: "the receiver answered " + res.Status, After: retryAfter(res.Header.Get("Retry-After"), now)}
	case s >= 300 && s < 400:
		return Outcome{Result: GiveUp, Reason: "the receiver answered " + res.Status + "; redirects are not followed"}
	}
	return Outcome{Result: GiveUp, Reason: "the receiver answered " + res.Status}
}

// retryAfter reads seconds or a date (RFC 9110, section 10.2.3).
func retryAfter(s string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && n > 0 && n < 1<<30 {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(s); err == nil && t.After(now) {
		return t.Sub(now)
	}
	return 0
}

// Sign gives the signature header of a body at a time.
func Sign(secret string, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(t + "."))
	h.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(h.Sum(nil))
}

// Verify checks a signature header: of this body, by this secret, not older or
// newer than tolerance. It is what receivers do.
func Verify(secret, header string, body []byte, now time.Time, tolerance time.Duration) error {
	t, sig, ok := strings.Cut(strings.TrimPrefix(header, "t="), ",v1=")
	n, err := strconv.ParseInt(t, 10, 64)
	if !ok || err != nil {
		return errors.New("signature is not t=…,v1=…")
	}
	at := time.Unix(n, 0)
	if age := now.Sub(at); age > tolerance || age < -tolerance {
		return fmt.Errorf("signature is of %s", at.UTC().Format(time.RFC3339))
	}
	want := Sign(secret, at, body)
	if !hmac.Equal([]byte(want), []byte("t="+t+",v1="+sig)) {
		return errors.New("signature is not of this body and secret")
	}
	return nil
}
