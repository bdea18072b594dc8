package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

const (
	tooMany     = `{"error":{"type":"es_rejected_execution_exception","reason":"rejected execution of coordinating operation"},"status":429}`
	maxRefusing = 64 << 20 // bytes of a request that is refused
)

// refuseAll answers every request of a connection as a node of Elasticsearch
// does that has no time: with 429, and of bulks every second one with 200 and a
// 429 for each item.
func refuseAll(c net.Conn) {
	in := bufio.NewReader(c)
	for n := 0; ; n++ {
		req, err := http.ReadRequest(in)
		if err != nil {
			return // closed: there is nobody to tell
		}
		body, err := io.ReadAll(io.LimitReader(req.Body, maxRefusing))
		if err != nil {
			return
		}
		status, answer := "429 Too Many Requests", tooMany
		if strings.HasPrefix(req.URL.Path, "/_bulk") && n%2 == 1 {
			status, answer = "200 OK", refusedItems(body)
		}
		_, err = fmt.Fprintf(c, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nX-Elastic-Product: Elasticsearch\r\nContent-Length: %d\r\n\r\n%s", status, len(answer), answer)
		if err != nil {
			return
		}
	}
}

// refusedItems refuses each operation of a bulk.
func refusedItems(body []byte) string {
	var items []string
	for line := range bytes.Lines(body) {
		var action map[string]json.RawMessage
		if json.Unmarshal(line, &action) != nil || len(action) != 1 {
			continue // a document
		}
		for name := range action {
			switch name {
			case "index", "create", "update", "delete":
				items = append(items, fmt.Sprintf(`{%q:{"status":429,"error":{"type":"es_rejected_execution_exception","reason":"rejected execution"}}}`, name))
			}
		}
	}
	return `{"errors":true,"items":[` + strings.Join(items, ",") + `]}`
}
