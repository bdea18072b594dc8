// Command openapi writes the description of the API to a file: see
// go generate in incidents/api.
package main

import (
	"fmt"
	"os"

	"github.com/otklik/otklik/incidents/api"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: openapi FILE")
		os.Exit(2)
	}
	b, err := api.Description()
	if err == nil {
		err = os.WriteFile(os.Args[1], b, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}
