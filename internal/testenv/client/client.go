// Package client asks the API of a running product, for programs that measure
// it or hurt it.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Client asks as whom its token belongs to. Base is http://host:port.
type Client struct{ Base, Token string }

const (
	limit     = 30 * time.Second // of one request
	maxAnswer = 64 << 20         // bytes
	maxQuoted = 500              // bytes of a refusal
)

// Call sends a request, with in as its body (nil: none), and reads the answer
// into out (nil: nobody wants it). A status of 300 and more is an error.
func (c Client) Call(ctx context.Context, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.Base+"/api/v1"+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	switch {
	case err != nil:
		return err
	case res.StatusCode >= 300:
		return fmt.Errorf("%s %s: %s %.*s", method, path, res.Status, maxQuoted, b)
	case out == nil:
		return nil
	}
	return json.Unmarshal(b, out)
}

// Ready says whether the product answers, and says that it is ready.
func (c Client) Ready(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Base+"/readyz", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}
