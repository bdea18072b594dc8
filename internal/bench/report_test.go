package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/require"
)

// What is measured goes to its place in the file, also a part of it, and can
// be read again; what people wrote stays.
func TestRowsAreKeptInAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "performance.md")
	none, err := committed(path)
	require.NoError(t, err)
	require.Empty(t, none)
	first := []row{{"line, to tickets, postgres", "5 000 posts/s", "COPY, 10 000 posts/s", 0.5}, {"disk", "1 byte", "", 0}}
	require.NoError(t, write(path, first))
	got, err := committed(path)
	require.NoError(t, err)
	require.Equal(t, first, got)

	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append([]byte("# Ours\n"), append(text, "\n## What holds it\n"...)...), 0o600))
	second := []row{{"memory", "80 MiB", "at rest, 40 MiB", 2}, {"line, to tickets, postgres", "6 000 posts/s", "COPY, 10 000 posts/s", 0.6}}
	require.NoError(t, write(path, second))
	got, err = committed(path)
	require.NoError(t, err)
	require.Equal(t, []row{second[1], first[1], second[0]}, got)
	require.Equal(t, []row{second[1], {"between", "1", "", 0}, first[1], second[0]}, merge(got, []row{second[1], {"between", "1", "", 0}}))
	text, err = os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(text), "# Ours\n")
	require.Contains(t, string(text), "\n## What holds it\n")

	svg, err := os.ReadFile(filepath.Join(filepath.Dir(path), plotName))
	require.NoError(t, err)
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
	}
	require.Contains(t, string(svg), "6 000 posts/s")

	require.NoError(t, os.WriteFile(path, []byte("no table"), 0o600))
	_, err = committed(path)
	require.Error(t, err)
}

func TestCompare(t *testing.T) {
	var b bytes.Buffer
	old := []row{{"line", "5 000 posts/s", "", 0.5}}
	require.NoError(t, compare(tabwriter.NewWriter(&b, 0, 0, 1, ' ', 0), old, []row{{"line", "7 500 posts/s", "", 0.75}, {"disk", "1", "", 0}}))
	got := strings.Join(strings.Fields(b.String()), " ")
	require.Contains(t, got, "line 5 000 posts/s 7 500 posts/s 0.50 0.75 × 1.50")
	require.Contains(t, got, "disk 1 new")
}

func TestGrouped(t *testing.T) {
	for f, want := range map[float64]string{0.847: "0.85", 3: "3", 9.5: "9.5", 49.6: "49.6", 50: "50", 159.4: "159", 1000: "1\u202f000", 12_345: "12\u202f300", 999_999: "1\u202f000\u202f000"} {
		require.Equal(t, want, grouped(f))
	}
}
