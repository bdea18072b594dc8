package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/otklik/otklik/internal/fault"
)

// commands is the grammar of the command line.
type commands struct {
	Config `embed:""`

	Run       runCommand       `cmd:"" help:"Run all roles in one process."`
	Crawl     roleCommand      `cmd:"" help:"Read the sources into the log."`
	Index     roleCommand      `cmd:"" help:"Take posts from the log: index them and match them with the standing searches."`
	Desk      roleCommand      `cmd:"" help:"Take matches from the log: open incidents, watch deadlines, notify."`
	Serve     serveCommand     `cmd:"" help:"Serve the HTTP API."`
	Import    importCommand    `cmd:"" help:"Take posts from files."`
	Match     matchCommand     `cmd:"" help:"Match posts of files with searches, and store nothing."`
	Simulate  simulateCommand  `cmd:"" help:"Serve invented channels and feeds over HTTP in the markup of real networks."`
	Forget    forgetCommand    `cmd:"" help:"Remove a post from every store, for ever."`
	Rejected  rejectedCommand  `cmd:"" help:"Look at records that could not be processed, put them back, or drop them."`
	Reindex   reindexCommand   `cmd:"" help:"Make the index of stored posts anew, while they are searched and written."`
	Retention retentionCommand `cmd:"" help:"See until when posts are kept, and drop what is kept no longer."`
	Migrate   migrateCommand   `cmd:"" help:"Bring the database's schema up to date and end."`
	Restored  restoredCommand  `cmd:"" help:"Make a database fit to be used that was restored from a back-up."`
	Text      textCommand      `cmd:"" help:"See how words are analysed."`
	Version   versionCommand   `cmd:"" help:"Print the version."`
}

// process is what commands get besides their own flags.
type process struct {
	ctx     context.Context
	config  *Config
	version string
	log     *slog.Logger
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
}

// GCPercent is how much a process's memory may grow, in per cent of what is in
// use, before garbage is collected, unless GOGC says otherwise. Roles use little
// memory and make much garbage: at Go's 100 a third of an indexer's time went
// into collecting it.
const GCPercent = 200

// The exit codes.
const (
	exitFailed  = 1
	exitMisused = 2 // a flag, a setting or a file is wrong
	exitRefused = 3 // lines of a file were refused; the rest is in
)

// Main runs the command line and gives the process's exit code.
func Main(args []string, version string, stdin io.Reader, stdout, stderr io.Writer) int {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(GCPercent)
	}
	var c commands
	parser, err := kong.New(&c, kong.Name("otklik"),
		kong.Description("Finds what residents write, and carries each problem to its answer."),
		kong.UsageOnError(), kong.Writers(stdout, stderr), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(stderr, "otklik:", err)
		return exitFailed
	}
	k, err := parser.Parse(args)
	if err == nil {
		err = c.check(roleName(k.Command()))
	}
	if err != nil {
		complain(stderr, err)
		return exitMisused
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := &process{ctx: ctx, config: &c.Config, version: version, log: c.logger(stderr), stdin: stdin, stdout: stdout, stderr: stderr}
	err = k.Run(p, roleName(k.Command()))
	if err == nil || errors.Is(err, context.Canceled) {
		return 0
	}
	complain(stderr, err)
	return exitCode(err)
}

// complain prints an error; of wrong settings and arguments, each on a line of
// its own.
func complain(w io.Writer, err error) {
	f, ok := err.(*fault.Error) // no other's cause: that has more to say
	if !ok || len(f.Fields) == 0 {
		fmt.Fprintln(w, "otklik:", err)
		return
	}
	fmt.Fprintln(w, "otklik: nothing was begun, for this is wrong (OTKLIK_BASE_URL, say, is also --base-url):")
	for _, field := range f.Fields {
		fmt.Fprintf(w, "  %s: %s\n", field.Path, field.Message)
	}
}

func exitCode(err error) int {
	refused := (*refusedError)(nil)
	switch {
	case errors.As(err, &refused):
		return exitRefused
	case fault.KindOf(err) == fault.Invalid:
		return exitMisused
	}
	return exitFailed
}

func (c *Config) logger(w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
