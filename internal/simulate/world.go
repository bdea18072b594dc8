package simulate

import (
	"time"
)

// Channel is an invented channel or feed of the region.
type Channel struct {
	Name    string // user name of a channel, folder of a feed
	Number  int64  // a channel's immutable number; 0 for a feed
	Title   string
	About   string
	Feed    bool
	Charset string // of a feed
	Kinds   []Kind
	Town    int // index of its town; -1 writes of all
}

// Channels are the invented sources of the demonstration.
func Channels() []Channel {
	return []Channel{
		{Name: "sosedi_vl_demo", Number: 2100000001, Title: "Соседи. Владивосток", About: "Пишем о том, что видим из окна. Вымышленный канал.", Kinds: []Kind{Resident, Resident, News}, Town: 0},
		{Name: "primorye_govorit_demo", Number: 2100000002, Title: "Приморье говорит", About: "Присылайте, что случилось. Вымышленный канал.", Kinds: []Kind{Resident}, Town: -1},
		{Name: "ussur_ryadom_demo", Number: 2100000003, Title: "Уссурийск рядом", About: "Новости и жалобы. Вымышленный канал.", Kinds: []Kind{Resident, News}, Town: 1},
		{Name: "nahodka_port_demo", Number: 2100000004, Title: "Находка: порт и город", About: "Городской канал. Вымышленный.", Kinds: []Kind{Resident, News, Official}, Town: 2},
		{Name: "admin_soobshaet_demo", Number: 2100000005, Title: "Администрация сообщает", About: "Официально. Вымышленный канал.", Kinds: []Kind{Official}, Town: -1},
		{Name: "srochno_prim_demo", Number: 2100000006, Title: "Приморье СРОЧНО", About: "Перешли, пока не удалили. Вымышленный канал.", Kinds: []Kind{Rumour, Rumour, Resident}, Town: -1},
		{Name: "gazeta", Title: "Приморская газета дня", About: "Вымышленная газета", Feed: true, Charset: "utf-8", Kinds: []Kind{News, Official}, Town: -1},
		{Name: "vestnik", Title: "Вестник Артёма", About: "Вымышленная газета", Feed: true, Charset: "windows-1251", Kinds: []Kind{News, Resident}, Town: 3},
	}
}

// EventKind is what happens in the invented region.
type EventKind int

const (
	NewPost EventKind = iota
	EditPost
	DeletePost
)

// Event is one thing that happens: a new post in a channel, or a change of one
// that is there.
type Event struct {
	Kind    EventKind
	Channel int // index in Channels
	Post    int // number of the post in its channel, from 1
	At      time.Time
	Story   Story
	Views   int // of the post so far
}

// World goes on telling what happens. The same seed and the same times give
// the same world. Not safe for concurrent use.
type World struct {
	teller   *Teller
	channels []Channel
	last     []int   // number of the last post of each channel
	rumours  []Story // that go round now, the newest last
	recent   []Event // posts that may be edited or deleted
}

// Shares of what happens besides new stories, in percent.
const (
	editShare    = 4
	deleteShare  = 1
	retellShare  = 10 // a rumour told again in other words
	maxRumours   = 5
	maxRecent    = 100
	firstPostNum = 100 // channels are older than their demonstration
)

// NewWorld begins a world.
func NewWorld(seed uint64) (*World, error) {
	t, err := NewTeller(seed)
	if err != nil {
		return nil, err
	}
	w := &World{teller: t, channels: Channels()}
	for range w.channels {
		w.last = append(w.last, firstPostNum)
	}
	return w, nil
}

// Next is what happens at a time.
func (w *World) Next(at time.Time) Event {
	rng := w.teller.rng
	switch roll := rng.IntN(100); {
	case roll < editShare && len(w.recent) > 10:
		e := w.recent[rng.IntN(len(w.recent))]
		if !w.channels[e.Channel].Feed {
			e.Kind, e.At = EditPost, at
			e.Story.Text += " " + updates[rng.IntN(len(updates))]
			return e
		}
	case roll < editShare+deleteShare && len(w.recent) > 10:
		i := rng.IntN(len(w.recent))
		e := w.recent[i]
		if !w.channels[e.Channel].Feed {
			w.recent = append(w.recent[:i], w.recent[i+1:]...)
			e.Kind, e.At = DeletePost, at
			return e
		}
	case roll < editShare+deleteShare+retellShare && len(w.rumours) > 0:
		return w.post(at, rng.IntN(len(w.channels)), w.teller.Retell(w.rumours[rng.IntN(len(w.rumours))]))
	}
	c := rng.IntN(len(w.channels))
	town := w.teller.Town()
	if t := w.channels[c].Town; t >= 0 {
		town = towns[t]
	}
	kinds := w.channels[c].Kinds
	s := w.teller.Tell(town, kinds[rng.IntN(len(kinds))])
	if s.Kind == Rumour {
		w.rumours = append(w.rumours, s)
		if len(w.rumours) > maxRumours {
			w.rumours = w.rumours[1:]
		}
	}
	return w.post(at, c, s)
}

var updates = []string{
	"UPD: обещали приехать сегодня.", "UPD: пока без изменений.", "Дополнение: соседи из дома напротив пишут то же самое.",
	"UPD: аварийка на месте!", "Исправлено: номер дома был указан неверно.",
}

func (w *World) post(at time.Time, c int, s Story) Event {
	w.last[c]++
	e := Event{Kind: NewPost, Channel: c, Post: w.last[c], At: at, Story: s, Views: 20 + w.teller.rng.IntN(4000)}
	w.recent = append(w.recent, e)
	if len(w.recent) > maxRecent {
		w.recent = w.recent[1:]
	}
	return e
}
