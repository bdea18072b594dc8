package tme

import "strings"

// Breakage is a way in which the markup may have changed one day. Pages stay
// whole pages, with the posts of the true one in them.
type Breakage string

const (
	BreakClasses  Breakage = "classes"  // all classes have other names
	BreakHistory  Breakage = "history"  // the section that holds the posts is another
	BreakBlocks   Breakage = "blocks"   // the block of a message is called otherwise
	BreakText     Breakage = "text"     // the element of the text is called otherwise
	BreakTime     Breakage = "time"     // times are written as people read them
	BreakIdentity Breakage = "identity" // data-view is gone
	BreakApp      Breakage = "app"      // the page is made by a script
)

// Break changes the markup from now on.
func (s *Server) Break(b Breakage) { s.mu.Lock(); defer s.mu.Unlock(); s.breaks = b }

// Heal ends all trouble.
func (s *Server) Heal() { s.Maker.Heal(); s.Break("") }

// spoil writes a page as it is after the change.
func (b Breakage) spoil(page string) string {
	switch b {
	case BreakClasses:
		return strings.NewReplacer("tgme_", "web_", "tme_", "web_").Replace(page)
	case BreakHistory:
		return strings.ReplaceAll(page, "tgme_channel_history", "tgme_channel_feed")
	case BreakBlocks:
		return strings.ReplaceAll(page, "tgme_widget_message ", "tgme_widget_post ")
	case BreakText:
		return strings.ReplaceAll(page, "tgme_widget_message_text", "tgme_widget_message_body")
	case BreakTime:
		return strings.ReplaceAll(page, "datetime=", "data-when=")
	case BreakIdentity:
		return strings.ReplaceAll(page, "data-view=", "data-seen=")
	case BreakApp:
		return `<!DOCTYPE html><html><head><title>Telegram</title></head><body><div id="app"></div><script src="/app.js"></script></body></html>`
	}
	return page
}
