package api

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/otklik/otklik/crawler/post"
)

// isStream says whether a path is that of a stream.
func isStream(path string) bool { return strings.HasSuffix(path, "/stream") }

type metrics struct {
	requests *prometheus.HistogramVec
	streams  prometheus.Gauge
}

func newMetrics(r *prometheus.Registry) *metrics {
	m := &metrics{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "otklik_http_request_seconds", Help: "Duration of HTTP requests; streams are not among them.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"method", "route", "status"}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "otklik_http_stream_clients", Help: "Streams that are open now.",
		}),
	}
	r.MustRegister(m.requests, m.streams)
	// The wiring may have registered these two for the whole process already.
	for _, c := range []prometheus.Collector{collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})} {
		_ = r.Register(c)
	}
	return m
}

// measure counts every request under the pattern of its route.
func (s *server) measure(c *gin.Context) {
	start := time.Now()
	c.Next()
	route := c.FullPath()
	if route == "" {
		route = "none"
	}
	if isStream(route) && c.Writer.Status() == http.StatusOK {
		return
	}
	s.metrics.requests.WithLabelValues(knownMethod(c.Request.Method), route, strconv.Itoa(c.Writer.Status())).Observe(time.Since(start).Seconds())
}

// knownMethod bounds the values of a label that a client chooses.
func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodHead, http.MethodOptions, http.MethodPatch:
		return m
	}
	return "other"
}

type requestKey struct{}

// requestID names a request in the log and in the answer.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// secure sets the headers that keep a browser from doing with an answer what
// it is not for.
func (s *server) secure(c *gin.Context) {
	id := rand.Text()[:16]
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), requestKey{}, id))
	h := c.Writer.Header()
	h.Set("X-Request-Id", id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	c.Next()
}

// recover answers a panic with a problem that tells nothing and a log line
// that tells all.
func (s *server) recover(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v == http.ErrAbortHandler {
			panic(v)
		}
		ctx := withLanguage(c.Request.Context(), c.GetHeader("Accept-Language"))
		s.Log.LogAttrs(ctx, slog.LevelError, "panic", slog.String("method", c.Request.Method), slog.String("route", c.FullPath()),
			slog.String("request", requestID(ctx)), slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
		c.Abort()
		if c.Writer.Written() {
			panic(http.ErrAbortHandler) // half an answer must not look like a whole one
		}
		write(c, newProblem(ctx, http.StatusInternalServerError, say(ctx, internalError)))
	}()
	c.Next()
}

func write(c *gin.Context, p *Problem) {
	c.Header("Content-Type", p.ContentType(""))
	c.Status(p.Status)
	_ = json.NewEncoder(c.Writer).Encode(p)
}

func (s *server) noRoute(c *gin.Context) {
	ctx := withLanguage(c.Request.Context(), c.GetHeader("Accept-Language"))
	write(c, newProblem(ctx, http.StatusNotFound, say(ctx, noSuchPath)))
}

func (s *server) noMethod(c *gin.Context) {
	ctx := withLanguage(c.Request.Context(), c.GetHeader("Accept-Language"))
	write(c, newProblem(ctx, http.StatusMethodNotAllowed, say(ctx, noSuchMethod)+c.Writer.Header().Get("Allow")))
}

// copiesPath follows the id of a post.
const copiesPath = "/copies"

// idPath lets ids of posts, which hold a slash, stand in a path as they are as
// well as escaped.
func idPath(next http.Handler) http.Handler {
	const posts = "/api/v1/posts/"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if id, ok := strings.CutPrefix(r.URL.Path, posts); ok {
			of := ""
			if whole, is := strings.CutSuffix(id, copiesPath); is && post.ID(whole).Check() == nil && strings.HasSuffix(r.URL.EscapedPath(), copiesPath) {
				id, of = whole, copiesPath
			}
			u := *r.URL
			u.RawPath = posts + url.QueryEscape(id) + of // gin unescapes a query's way
			r2 := *r
			r2.URL = &u
			r = &r2
		}
		next.ServeHTTP(w, r)
	})
}

// headAsGet answers HEAD as GET; net/http leaves the body out, knowing what
// was asked. A stream, which has no end, takes GET only.
func headAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead && !isStream(r.URL.Path) {
			r2 := *r
			r2.Method = http.MethodGet
			r = &r2
		}
		next.ServeHTTP(w, r)
	})
}

// plain registers what is no part of the API's description.
func (s *server) plain(r *gin.Engine) {
	spec, err := describe(s.api.OpenAPI())
	if err != nil {
		panic(fmt.Errorf("OpenAPI: %w", err)) // a defect of the build; a test reads it
	}
	r.GET("/", func(c *gin.Context) {
		c.JSON(http.StatusOK, gin.H{"name": "otklik", "version": s.Version, "api": "/api/v1", "openapi": "/openapi.json"})
	})
	r.GET("/openapi.json", func(c *gin.Context) { c.Data(http.StatusOK, "application/json", spec) })
	r.GET("/healthz", func(c *gin.Context) { c.String(http.StatusOK, "ok\n") })
	r.GET("/readyz", s.ready)
	r.GET("/metrics", gin.WrapH(promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{})))
}

// ready asks every part at once, each for at most a second.
func (s *server) ready(c *gin.Context) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), probeTimeout)
	defer cancel()
	type answer struct {
		name string
		err  error
	}
	answers := make(chan answer, len(s.Probes)) // a probe that ignores ctx must not hold us
	for _, p := range s.Probes {
		go func() { answers <- answer{p.Name, p.Check(ctx)} }()
	}
	parts := gin.H{}
	for _, p := range s.Probes {
		parts[p.Name] = "does not answer within a second"
	}
	ready := true
	for range s.Probes {
		select {
		case a := <-answers:
			parts[a.name] = "ok"
			if a.err != nil {
				ready = false
				parts[a.name] = "not ready"
				s.Log.Warn("not ready", "part", a.name, "error", a.err)
			}
		case <-ctx.Done():
			ready = false
		}
	}
	status := http.StatusOK
	if !ready {
		status = http.StatusServiceUnavailable
	}
	c.JSON(status, gin.H{"ready": ready, "parts": parts})
}
