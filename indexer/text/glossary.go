package text

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Glossary is the words of a region that no dictionary has: names, places,
// slang, abbreviations. It is read by ParseGlossary and never changed.
type Glossary struct {
	// Revision tells it from those before and after; 0 is the empty one.
	Revision int
	lemmas   map[string]bool     // its words; true: declined as others that end so
	forms    map[string][]string // form → its words, sorted
	formsOf  map[string][]string // word → its forms, itself among them
	names    []names
	entries  map[string]bool // words that have a line of their own
}

// names are the writings of one thing, each one word or several.
type names [][]string

// The limits of a glossary.
const (
	MaxGlossary      = 256 << 10 // bytes
	maxGlossaryLines = 10_000
	maxGlossaryForms = 64 // forms of a word, or names of a thing
	maxNameWords     = 8
)

// GlossaryError is a line that is not understood.
type GlossaryError struct {
	Line  int // from 1
	Code  GlossaryCode
	Found string
}

// GlossaryCode is what is wrong with a line.
type GlossaryCode string

const (
	TooLarge    GlossaryCode = "too-large"    // the whole, in bytes or lines
	NoWords     GlossaryCode = "no-words"     // nothing that is a word
	ManyWords   GlossaryCode = "many-words"   // several where one belongs
	TooManyOf   GlossaryCode = "too-many"     // forms, names or words of a name
	LonelyName  GlossaryCode = "lonely-name"  // = with one side
	DeclaredTwo GlossaryCode = "declared-two" // a word that an earlier line has
)

// Message says in Russian for "ru", otherwise in English what is wrong and how
// to mend it.
func (e GlossaryError) Message(lang string) string {
	m, ok := glossaryMessages[e.Code]
	if !ok {
		return string(e.Code)
	}
	format := m[1]
	if lang == "ru" {
		format = m[0]
	}
	return strings.ReplaceAll(format, "{}", e.Found)
}

var glossaryMessages = map[GlossaryCode][2]string{
	TooLarge: {fmt.Sprintf("Словарь больше %d КБ или %d строк: уберите лишнее.", MaxGlossary>>10, maxGlossaryLines),
		fmt.Sprintf("The glossary is larger than %d KB or %d lines: take something out.", MaxGlossary>>10, maxGlossaryLines)},
	NoWords: {"В «{}» нет слова: напишите слово из букв или цифр.", "There is no word in “{}”: write one of letters or digits."},
	ManyWords: {"«{}» — это несколько слов, а здесь место одному. Название из нескольких слов или слово с дефисом пишется через «=»: УК = управляющая компания.",
		"“{}” is several words where one belongs. A name of several words, or a word with a hyphen, is written with “=”: УК = управляющая компания."},
	TooManyOf: {fmt.Sprintf("Слишком много в одной строке: не более %d форм или названий и %d слов в названии.", maxGlossaryForms, maxNameWords),
		fmt.Sprintf("Too much in one line: at most %d forms or names, and %d words in a name.", maxGlossaryForms, maxNameWords)},
	LonelyName: {"После «=» ничего нет: напишите другое название того же или уберите «=».",
		"Nothing stands on one side of “=”: write another name of the same thing, or take “=” away."},
	DeclaredTwo: {"Слово «{}» уже есть в строке выше: оставьте одну из двух.",
		"“{}” stands in a line above already: keep one of the two."},
}

// ParseGlossary reads a glossary, a line an entry:
//
//	# a remark
//	ковид                       a word, declined as others that end like it
//	ТСЖ                         in capitals: not declined
//	ковидарий: ковидник         a word and nicknames or forms, which all find one another
//	УК = управляющая компания   names of one thing: a search for one finds the others
//
// It gives every line that is wrong.
func ParseGlossary(revision int, file string) (*Glossary, []GlossaryError) {
	g := &Glossary{Revision: revision, lemmas: map[string]bool{}, forms: map[string][]string{}, formsOf: map[string][]string{}, entries: map[string]bool{}}
	if len(file) > MaxGlossary || strings.Count(file, "\n") > maxGlossaryLines {
		return nil, []GlossaryError{{1, TooLarge, ""}}
	}
	var bad []GlossaryError
	n := 0
	for line := range strings.Lines(file) {
		n++
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if e := g.line(line); e != nil {
			e.Line = n
			bad = append(bad, *e)
		}
	}
	if len(bad) > 0 {
		return nil, bad
	}
	for f, ls := range g.forms {
		slices.Sort(ls)
		g.forms[f] = slices.Compact(ls)
	}
	return g, nil
}

func (g *Glossary) line(line string) *GlossaryError {
	if strings.Contains(line, "=") {
		return g.same(strings.Split(line, "="))
	}
	head, rest, _ := strings.Cut(line, ":")
	lemma, e := one(head)
	if e != nil {
		return e
	}
	if g.entries[lemma] {
		return &GlossaryError{Code: DeclaredTwo, Found: lemma}
	}
	g.entries[lemma] = true
	forms := strings.Fields(strings.ReplaceAll(rest, ",", " "))
	if len(forms) > maxGlossaryForms {
		return &GlossaryError{Code: TooManyOf, Found: lemma}
	}
	g.add(lemma, lemma, declined(head))
	for _, f := range forms {
		form, e := one(f)
		if e != nil {
			return e
		}
		g.add(lemma, form, declined(head))
	}
	return nil
}

// same reads the names of one thing. Those of one word are words themselves.
func (g *Glossary) same(sides []string) *GlossaryError {
	var all names
	for _, side := range sides {
		words := glossaryWords(side)
		switch {
		case strings.TrimSpace(side) == "":
			return &GlossaryError{Code: LonelyName, Found: side}
		case len(words) == 0:
			return &GlossaryError{Code: NoWords, Found: strings.TrimSpace(side)}
		case len(words) > maxNameWords:
			return &GlossaryError{Code: TooManyOf, Found: strings.TrimSpace(side)}
		case len(words) == 1:
			if _, there := g.lemmas[words[0]]; !there {
				g.add(words[0], words[0], declined(side))
			}
		}
		all = append(all, words)
	}
	if len(all) > maxGlossaryForms {
		return &GlossaryError{Code: TooManyOf, Found: strings.TrimSpace(sides[0])}
	}
	g.names = append(g.names, all)
	return nil
}

func (g *Glossary) add(lemma, form string, declined bool) {
	g.lemmas[lemma] = declined
	g.forms[form] = append(g.forms[form], lemma)
	if !slices.Contains(g.formsOf[lemma], form) {
		g.formsOf[lemma] = append(g.formsOf[lemma], form)
	}
}

// declined says whether a word as it was written has forms like others.
func declined(word string) bool {
	return strings.IndexFunc(word, unicode.IsLower) >= 0
}

func one(s string) (string, *GlossaryError) {
	words := glossaryWords(s)
	switch len(words) {
	case 0:
		return "", &GlossaryError{Code: NoWords, Found: strings.TrimSpace(s)}
	case 1:
		return words[0], nil
	}
	return "", &GlossaryError{Code: ManyWords, Found: strings.TrimSpace(s)}
}

// glossaryWords cuts as a text is cut, and folds.
func glossaryWords(s string) (ws []string) {
	for c := scan(s); ; {
		k, from, to, ok := c.next()
		if !ok {
			return ws
		}
		if k == word {
			ws = append(ws, shorten(oneScript(Fold(s[from:to]), func(string) bool { return false })))
		}
	}
}

// declines says whether a word of the glossary, or one that stands for it, has
// forms that it doesn't name.
func (g *Glossary) declines(word string) bool {
	return g.lemmas[word] || slices.ContainsFunc(g.forms[word], func(l string) bool { return g.lemmas[l] })
}
