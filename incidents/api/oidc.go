package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/otklik/otklik/internal/fault"
)

const (
	oidcPath = "/auth/oidc/"
	halfPath = "/api/v1/session"
	halfAge  = 600 // seconds
)

// oidc registers the two addresses that browsers are sent to: no part of the
// API's description, because they answer with redirects.
func (s *server) oidc(r *gin.Engine) {
	r.GET(oidcPath+":id", s.oidcBegin)
	r.GET(oidcPath+":id/callback", s.oidcEnd)
}

// oidcBegin sends the browser to the provider. back is the path to go on with.
func (s *server) oidcBegin(c *gin.Context) {
	if s.OIDC == nil {
		s.noRoute(c)
		return
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), requestTimeout)
	defer cancel()
	address, state, err := s.OIDC.Begin(ctx, c.Param("id"), c.Query("back"))
	if fault.KindOf(err) == fault.NotFound {
		s.noRoute(c)
		return
	}
	if err != nil {
		s.signInRefused(c, err)
		return
	}
	const stateAge = 600
	cookie := s.visit(c.Request).newCookie(oidcCookie, state, oidcPath, stateAge)
	http.SetCookie(c.Writer, &cookie)
	c.Redirect(http.StatusSeeOther, address)
}

// oidcEnd is where the provider sends the browser back to.
func (s *server) oidcEnd(c *gin.Context) {
	if s.OIDC == nil {
		s.noRoute(c)
		return
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), requestTimeout)
	defer cancel()
	v := s.visit(c.Request)
	state, _ := c.Cookie(oidcCookie)
	gone := v.newCookie(oidcCookie, "", oidcPath, -1)
	http.SetCookie(c.Writer, &gone)
	in, back, err := s.OIDC.Finish(ctx, c.Param("id"), state, c.Query("state"), c.Query("code"), v.client)
	if err == nil {
		err = s.People.EndCookie(ctx, v.cookie)
	}
	if err != nil {
		s.signInRefused(c, err)
		return
	}
	if in.Half != "" {
		half := v.newCookie(halfCookie, in.Half, halfPath, halfAge)
		http.SetCookie(c.Writer, &half)
		c.Redirect(http.StatusSeeOther, "/sign-in?"+url.Values{"code": {"needed"}, "next": {back}}.Encode())
		return
	}
	for _, cookie := range v.entered(in) {
		http.SetCookie(c.Writer, &cookie)
	}
	c.Redirect(http.StatusSeeOther, back)
}

// signInRefused sends the browser to the page with a word that it knows: what
// happened is in the log, for it may tell a stranger too much.
func (s *server) signInRefused(c *gin.Context, err error) {
	word := signInProblem(err)
	level := slog.LevelInfo
	if word == signInFailed {
		level = slog.LevelError
	}
	s.Log.LogAttrs(c.Request.Context(), level, "no sign-in through a provider", slog.String("provider", strings.ToValidUTF8(c.Param("id"), "")),
		slog.String("request", requestID(c.Request.Context())), slog.Any("error", err))
	c.Redirect(http.StatusSeeOther, "/sign-in?problem="+url.QueryEscape(word))
}
