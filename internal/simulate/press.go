package simulate

import (
	"github.com/otklik/otklik/internal/simulate/feeds"
)

// found opens the feed of a newspaper.
func (r *Region) found(c Channel) error {
	return r.Press.AddFeed(feeds.Feed{Host: c.Host(), Path: c.Path(), Title: c.Title, About: c.About, Charset: c.Charset})
}

// print publishes what happened in a newspaper; feeds have neither edits nor
// deletions in this world.
func (r *Region) print(c Channel, e Event) error {
	title, text := headline(e.Story.Text)
	it := feeds.Item{N: int64(e.Post), At: e.At, Title: title, Text: text, Category: e.Story.Topic}
	if e.Story.Kind == Resident && e.Post%3 == 0 {
		it.Author = "Читатель"
	}
	_, err := r.Press.Publish(c.Host()+c.Path(), it)
	return err
}
