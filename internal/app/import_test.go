package app

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/testenv"
)

// otklik runs a command line as the binary does.
func otklik(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = Main(args, "test", strings.NewReader(""), &out, &err)
	return code, out.String(), err.String()
}

// examples are the commands and the lines of the own form in a text.
func examples(text string) (commands [][]string, lines string) {
	for _, l := range regexp.MustCompile(`(?m)^    (?:otklik import .+|\{"id":.+)$`).FindAllString(text, -1) {
		if l = strings.TrimSpace(l); l[0] == '{' {
			lines += l + "\n"
		} else {
			commands = append(commands, strings.Fields(l)[1:])
		}
	}
	return commands, lines
}

// What --help and README say of files works to the letter.
func TestExamplesOfImport(t *testing.T) {
	t.Setenv("OTKLIK_DATABASE_URL", testenv.DatabaseURL(t))
	result, err := os.ReadFile("../../crawler/archive/testdata/result.json")
	require.NoError(t, err)
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"--help": importCommand{}.Help(), "README.md": string(readme)} {
		commands, own := examples(text)
		require.Len(t, commands, 4, name)
		for file, content := range map[string]string{
			"posts.ndjson": own,
			"result.json":  strings.Replace(string(result), `"date": 20261106`, `"date": "2026-11-06T10:00:00"`, 1),
			"export.jsonl": `{"message_id":5,"sender_id":-1001084368520,"channel":"Новости","text":"Ямы","date":"2026-11-24 10:00:00"}`,
			"table.csv":    "Номер;Дата;Текст\na/1;24.11.2026;Нет воды\n",
		} {
			require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
		}
		for _, c := range commands {
			code, stdout, stderr := otklik(t, c...)
			require.Zero(t, code, "%s: %v: %s", name, c, stderr)
			require.Regexp(t, `: [1-9]\d* read, `, stdout)
			require.NotContains(t, stdout, "bad lines")
		}
	}
}

// Lines that are refused are an exit code of their own: a script must see that
// not everything is in.
func TestImportOfBadLines(t *testing.T) {
	t.Setenv("OTKLIK_DATABASE_URL", testenv.DatabaseURL(t))
	t.Chdir(t.TempDir())
	good := `{"id":"telegram:1/1","published":"2026-11-24T09:00:00Z","post":{"text":"т"}}` + "\n"
	for file, content := range map[string]string{"good": good, "bad": good + "{\n", "worse": "{\n{\n" + good} {
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
	}
	code, stdout, stderr := otklik(t, "import", "--regions", "RU-PRI", "--format", "otklik", "bad", "good", "worse")
	require.Equal(t, exitRefused, code)
	require.Contains(t, stdout, "good: 1 read, 1 unchanged", "files behind a bad line are read")
	require.Contains(t, stdout, "worse: 2 bad lines, kept in worse.rejected.ndjson")
	require.Contains(t, stderr, "lines that could not be read: 3; they are kept, with the reasons, in bad.rejected.ndjson, worse.rejected.ndjson")
	require.FileExists(t, "bad.rejected.ndjson")

	code, _, _ = otklik(t, "import", "--regions", "RU-PRI", "good")
	require.Zero(t, code)
	require.NoError(t, os.WriteFile("cut.gz", []byte("\x1f\x8b\x08\x00"), 0o600))
	code, stdout, stderr = otklik(t, "import", "--regions", "RU-PRI", "cut.gz")
	require.Equal(t, exitMisused, code)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "cut.gz")
}

// Every flag that is wrong is named at once, before anything is opened: there
// is no database here.
func TestFlagsOfImport(t *testing.T) {
	t.Setenv("OTKLIK_DATABASE_URL", "postgres://nobody@127.0.0.1:1/nowhere")
	file := filepath.Join(t.TempDir(), "posts.ndjson")
	code, stdout, stderr := otklik(t, "import", "--format", "xlsx", "--network", "telegramm", "--map", "id=a,smell=b", "--zone", "Vladivostok",
		"--regions", "RU-PRI,RU-XXX", "--class", "forever", "--visibility", "secret", "--rejected", "list", file, file)
	require.Equal(t, exitMisused, code)
	require.Empty(t, stdout)
	for _, want := range []string{
		`--format: "xlsx" is unknown; there are otklik, desktop, ndjson, csv`,
		`--network: network "telegramm" is unknown; there are rss, telegram`,
		`--map: "smell" is unknown; there are id, source,`, `--map: text is missing`,
		`--zone: "Vladivostok" is not a time zone`,
		`--regions: region "RU-XXX" is unknown`,
		`--class: "forever" is no retention class; there are short, standard`,
		`--visibility: "secret" is none of public, partner, sealed`,
		`--rejected: names one file, but 2 are imported`,
	} {
		require.Contains(t, stderr, want)
	}
}
