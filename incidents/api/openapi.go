package api

import (
	"encoding/json"
	"log/slog"

	"github.com/danielgtaylor/huma/v2"
)

//go:generate go run ./openapi ../../docs/openapi.json

// Description is the OpenAPI 3.1 description of the API, as /openapi.json
// gives it and docs/openapi.json keeps it.
func Description() ([]byte, error) {
	_, s := build(Options{Log: slog.New(slog.DiscardHandler)})
	return describe(s.api.OpenAPI())
}

func describe(o *huma.OpenAPI) ([]byte, error) {
	b, err := json.MarshalIndent(o, "", "  ")
	return append(b, '\n'), err
}

// document takes huma's own error types out of the description: Problem
// stands in their place.
func document(o *huma.OpenAPI) {
	schemas := o.Components.Schemas.Map()
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
}
