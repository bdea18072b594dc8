// Command otklik is the whole product in one binary; see internal/app.
package main

import (
	"os"

	"github.com/otklik/otklik/internal/app"
)

// version is set by the Makefile.
var version = "dev"

func main() {
	os.Exit(app.Main(os.Args[1:], version, os.Stdin, os.Stdout, os.Stderr))
}
