package main

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strings"
)

// The measures of the plot, in pixels.
const (
	plotWidth  = 960
	barHeight  = 14
	barGap     = 22
	nameWidth  = 380
	valueWidth = 150
	blockGap   = 34
)

// plot draws every figure that has a ratio as a bar of that ratio, on a scale
// of powers of two: left of the line is less than the peer or the limit, right
// of it more. The table beside it says which of the two is better.
func plot(rows []row) []byte {
	groups := map[string][]row{}
	var order []string
	for _, r := range rows {
		if r.ratio <= 0 {
			continue
		}
		g := group(r)
		if _, ok := groups[g]; !ok {
			order = append(order, g)
		}
		groups[g] = append(groups[g], r)
	}
	least, most := 0.5, 2.0
	for _, rs := range groups {
		for _, r := range rs {
			least, most = min(least, r.ratio), max(most, r.ratio)
		}
	}
	low, high := math.Floor(math.Log2(least)), math.Ceil(math.Log2(most))
	x := func(ratio float64) float64 {
		return nameWidth + (math.Log2(ratio)-low)/(high-low)*(plotWidth-nameWidth-valueWidth)
	}
	var b bytes.Buffer
	y := 20.0
	for _, g := range order {
		y += blockGap
		say(&b, 8, y-10, "font-weight=\"bold\"", g)
		for _, r := range groups[g] {
			say(&b, 8, y+barHeight-2, "", strings.TrimPrefix(r.what, g+", "))
			from, to := min(x(1), x(r.ratio)), max(x(1), x(r.ratio))
			fmt.Fprintf(&b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n", from, y, max(to-from, 1), barHeight, colour(r.ratio))
			say(&b, plotWidth-valueWidth+10, y+barHeight-2, "", fmt.Sprintf("× %s  %s", r.ratioText(), r.figure))
			y += barGap
		}
	}
	var head bytes.Buffer
	fmt.Fprintf(&head, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%.0f\" viewBox=\"0 0 %d %.0f\" font-family=\"sans-serif\" font-size=\"11\">\n", plotWidth, y+10, plotWidth, y+10)
	fmt.Fprintf(&head, "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n")
	for p := low; p <= high; p++ {
		at, line := x(math.Pow(2, p)), "#ddd"
		if p == 0 {
			line = "#444"
		}
		fmt.Fprintf(&head, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"24\" y2=\"%.0f\" stroke=\"%s\"/>\n", at, at, y, line)
		say(&head, at-8, 16, "", power(p))
	}
	return slices.Concat(head.Bytes(), b.Bytes(), []byte("</svg>\n"))
}

// group is what a row is about: the beginning of its name.
func group(r row) string {
	first, _, _ := strings.Cut(r.what, ",")
	return cmp.Or(first, r.what)
}

func colour(ratio float64) string {
	if ratio < 1 {
		return "#7a9cc6"
	}
	return "#3b6ea5"
}

func power(p float64) string {
	if p < 0 {
		return fmt.Sprintf("1/%.0f", math.Pow(2, -p))
	}
	return fmt.Sprintf("%.0f", math.Pow(2, p))
}

func say(b *bytes.Buffer, x, y float64, more, text string) {
	fmt.Fprintf(b, "<text x=\"%.1f\" y=\"%.1f\" %s>", x, y, more)
	_ = xml.EscapeText(b, []byte(text)) // a buffer takes everything
	b.WriteString("</text>\n")
}
