package importer

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/otklik/otklik/internal/fault"
)

// Format is a form of file.
type Format string

const (
	Own     Format = "otklik"  // NDJSON of Line
	Desktop Format = "desktop" // Telegram Desktop's result.json, of one chat or of the whole account
	NDJSON  Format = "ndjson"  // one JSON object a line, with a Mapping
	CSV     Format = "csv"     // a header, then records, between commas, semicolons or tabs, with a Mapping
)

// Formats lists all of them.
func Formats() []Format { return []Format{Own, Desktop, NDJSON, CSV} }

// reader chooses the parser of the input.
func (im *importing) reader() (func(context.Context) error, error) {
	f := im.Format
	if f == "" {
		f = detect(im.in.head())
	}
	if f == Own && len(im.Map) > 0 && im.Format == "" {
		f = NDJSON // somebody who names fields means them
	}
	im.report.Format = f
	if (f == NDJSON || f == CSV) && len(im.Map) == 0 {
		return nil, fault.Fields(fault.Field{Path: "--map", Message: im.in.name + " has fields of its own; say which is which, for example " +
			"--map id=message_id,source=sender_id,title=channel,text=text,published=date. There are: " + names(f, im.in.head())})
	}
	switch f {
	case Own:
		return im.readOwn, nil
	case Desktop:
		return im.readDesktop, nil
	case NDJSON:
		return im.readNDJSON, nil
	case CSV:
		return im.readCSV, nil
	}
	return nil, fault.New(fault.Invalid, "%s is neither NDJSON nor CSV nor Telegram Desktop's result.json; --format says what it is", im.in.name)
}

// names gives the fields of a file as a person can copy them.
func names(f Format, head []byte) string {
	var found []string
	if f == CSV {
		first, _, _ := bytes.Cut(head, []byte("\n"))
		found = fields(decode(first), separator(first))
	} else {
		found = topKeys(head)
	}
	out := ""
	for i, n := range found {
		if i > 0 {
			out += ", "
		}
		if i == 30 {
			return out + "…"
		}
		out += n
	}
	return out
}

// detect tells the format from the beginning of a file; "" is none of ours.
func detect(head []byte) Format {
	body := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(body) == 0:
		return Own // nothing to read, whatever it is
	case body[0] == '[':
		return ""
	case body[0] != '{':
		return CSV
	}
	// A bad line must not decide: look for the first that is an object.
	for at := body; len(at) > 0; {
		line, rest, _ := bytes.Cut(at, []byte("\n"))
		if line = bytes.TrimSpace(line); len(line) > 2 && line[0] == '{' && json.Valid(line) {
			return formOf(topKeys(line), NDJSON)
		}
		at = rest
	}
	return formOf(topKeys(body), Desktop)
}

func formOf(keys []string, otherwise Format) Format {
	has := func(k string) bool { return slices.Contains(keys, k) }
	switch {
	case has("messages") || has("chats") || has("left_chats") || has("personal_information"):
		return Desktop
	case has("id") && has("post"):
		return Own
	}
	return otherwise
}

// topKeys gives the keys of the object that begins here, as far as it goes.
func topKeys(b []byte) (keys []string) {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	for d.More() {
		k, err := d.Token()
		if err != nil {
			return keys
		}
		keys = append(keys, k.(string))
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return keys
		}
	}
	return keys
}

// readOwn reads a file in Otklik's own form.
func (im *importing) readOwn(ctx context.Context) error {
	return im.eachLine(ctx, func(line int, raw []byte) error {
		it, why := parseOwn(decode(raw))
		return im.outcome(ctx, line, raw, it, why)
	})
}

// eachLine gives every line that isn't empty; one that can't be taken whole is
// bad.
func (im *importing) eachLine(ctx context.Context, f func(line int, raw []byte) error) error {
	for {
		n := im.in.line
		raw, ok, err := im.in.text()
		switch {
		case !ok:
			return nil
		case err != nil:
			im.bad(n, raw, "the line "+reason(err))
			continue
		case len(bytes.TrimSpace(raw)) == 0:
			continue
		}
		if err := f(n, raw); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

func reason(err error) string {
	if err == errOpenEnd {
		return "is cut: the file breaks off within it"
	}
	return err.Error()
}
