package postgres_test

import (
	"testing"

	"github.com/otklik/otklik/indexer/search/postgres"
	"github.com/otklik/otklik/indexer/search/searchtest"
	"github.com/otklik/otklik/internal/testenv"
)

func TestIndex(t *testing.T) {
	searchtest.Run(t, func(t testing.TB) searchtest.Index { return postgres.New(testenv.Postgres(t)) })
}
