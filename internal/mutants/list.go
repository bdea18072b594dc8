package main

import "slices"

// mutants are all of them, with what needs no engine first. Each names what
// would go wrong, so that a line of the report reads as a promise kept.
func mutants() []mutant {
	return slices.Concat(posts(), words(), people(), sources(), files(), desk(), ledger(), log(), index(), matching(), tickets(), api())
}

// posts: the record and its identity (decisions 1 to 4).
func posts() []mutant {
	return []mutant{
		{"records of the next version are refused", "crawler/post/encode.go",
			"e.V > EnvelopeVersion+1 {", "e.V > EnvelopeVersion {", "TestDecode", ""},
		{"an export's number of a channel is another one", "crawler/post/id.go",
			"u -= botOffset", "u -= 0", "TestTelegramOwner", ""},
		{"the hash ends where the text is cut", "crawler/post/normalize.go",
			"if whole == \"\" {", "if true {", "TestHashSeesTheWholeText", ""},
		{"NUL is let through", "crawler/post/normalize.go",
			"r < ' ' && r != '\\n' && r != '\\t' ||", "r < ' ' && r != '\\n' && r != '\\t' && r != 0 ||", "TestClean", ""},
		{"buckets are of the local month", "crawler/post/bucket.go",
			"published.UTC().Format(", "published.Format(", "TestBucketForm", ""},
		{"a bucket is dropped a month early", "crawler/post/bucket.go",
			"AddDate(0, c.Months+1, 0)", "AddDate(0, c.Months, 0)", "TestClassEnds", ""},
	}
}

// words: the analysis and the language (decisions 11 to 13).
func words() []mutant {
	return []mutant{
		{"no gap between title and body", "indexer/text/analyzer.go",
			"pos += TitleGap", "pos += 0", "TestAnalyze", ""},
		{"one occurrence of a key too many", "indexer/text/analyzer.go",
			"keys[t.Key] > MaxOccurrences", "keys[t.Key] > MaxOccurrences+1", "TestLimits", ""},
		{"a placeholder keeps its key", "indexer/text/analyzer.go",
			"t.Key, thinned = \"\", true", "thinned = true", "TestLimits", ""},
		{"one position too many", "indexer/text/analyzer.go",
			"if pos >= MaxPositions {", "if pos > MaxPositions {", "TestLimits", ""},
		{"two long words become one", "indexer/text/analyzer.go",
			"return s[:n] + hex.EncodeToString(sum[:hashLetters/2])", "return s[:n] + hex.EncodeToString(sum[:0])", "TestLimits", ""},
		{"ё is not е", "indexer/text/fold.go",
			"r == 'Ѐ':\n\t\treturn 'е'", "r == 'Ѐ':\n\t\treturn 'ё'", "TestFold", ""},
		{"a query's word is not analysed as a text's", "indexer/text/asked.go",
			"form := s.form(shorten(s.surface(word)))\n\tkeys", "form := word\n\tkeys", "TestWriting", ""},
		{"a query forgets documents of older editions", "indexer/text/asked.go",
			"keys = append(keys, s.keys(old, form)...)", "_ = old", "TestOlderEditions", ""},
		{"a word of two meanings is found by one of them", "indexer/text/asked.go",
			"for _, l := range lemmas {\n\t\tkeys = append(keys, e.keysOf(l)...)", "for _, l := range lemmas[:min(1, len(lemmas))] {\n\t\tkeys = append(keys, e.keysOf(l)...)", "TestWriting", ""},
		{"an abbreviation is one wherever it stands", "indexer/text/reader.go",
			"if a.place.stands(s, from, to) {", "if true {", "TestWriting", ""},
		{"a cut word is squeezed", "indexer/text/analyzer.go",
			"if long(surface) || z.knows(surface) {", "if z.knows(surface) {", "TestLimits", ""},
		{"a glossary's form has its own word alone", "indexer/text/edition.go",
			"add(ed.lemmas(form))", "_ = form", "TestAGlossary", ""},
		{"a town has the zone of its region's capital", "internal/places/places.go",
			"return r.zones[t.Zone]", "break", "TestZonesBelongToMunicipalities", ""},
		{"until: excludes its day", "indexer/query/bind.go",
			"d.Day+1)", "d.Day)", "TestBindDays", ""},
		{"days are those of UTC", "indexer/query/bind.go",
			"loc: r.Location}", "loc: time.UTC}", "TestBindDays", ""},
		{"a hyphenated word is its beginning", "indexer/query/bind.go",
			"return Seq{terms}", "return terms[0]", "TestBind$", ""},
		{"НЕ is a word", "indexer/query/lex.go",
			"case \"NOT\", \"НЕ\":", "case \"NOT\":", "TestParse", ""},
		{"printing loses brackets", "indexer/query/node.go",
			"s[i] = \"(\" + s[i] + \")\"", "s[i] += \"\"", "TestParse", ""},
		{"anything may be a standing search", "indexer/query/standing.go",
			"kids, every = n.Nodes, !neg", "kids, every = n.Nodes, neg", "TestCheckStanding", ""},
		{"a phrase leaps from the title into the body", "indexer/match/match.go",
			"if t.Pos != d.tokens[token].Pos+1+k {", "if t.Pos < d.tokens[token].Pos+1+k {", "TestMatches", ""},
		{"a post is quoted by words that no phrase finds", "indexer/match/quote.go",
			"case t.Surface == \"\" || len(words) == MaxQuote:", "case len(words) == 3*MaxQuote:", "TestQuote$", ""},
		{"a set of searches forgets sources", "indexer/match/set.go",
			"value(query.Source, d.source)", "", "TestASetFindsWhatMatches", ""},
	}
}

// people: who may see and do what (decisions 5 and 6), and whom we connect to.
func people() []mutant {
	return []mutant{
		{"an executor sees every post of the region", "internal/access/person.go",
			"if p.Role == Executor || !p.Role.Valid() {", "if !p.Role.Valid() {", "TestScope", ""},
		{"the zero scope sees what is public", "internal/access/scope.go",
			"return !s.allRegions && len(s.regions) == 0", "return false", "TestScope", ""},
		{"visibility is no part of a scope", "internal/access/scope.go",
			"slices.Contains(s.Visibilities(), visibility)", "visibility != \"\"", "TestScope", ""},
		{"an expired token is good", "internal/access/token.go",
			"(t.ExpiresAt == nil || now.Before(*t.ExpiresAt))", "true", "TestCreateAuthenticateRevoke", ""},
		{"addresses are not judged where they are dialled", "internal/netguard/netguard.go",
			"return Check(ap.Addr())", "_ = ap\n\treturn nil", "TestRebinding|TestOddForms", ""},
		{"IPv4 in the clothes of IPv6 is public", "internal/netguard/netguard.go",
			"return refusal(a.Unmap())", "return \"\"", "TestCheck", ""},
	}
}

// sources: the contract of a source and the facts of Telegram.
func sources() []mutant {
	const telegram = "crawler/source/telegram/telegram.go"
	const page = "crawler/source/telegram/page.go"
	return []mutant{
		{"a gap between two readings is not read", telegram,
			"if p.min > c.Newest+1 {", "if false {", "TestGapIsReadBackwards", ""},
		{"what vanished is deleted without asking", telegram,
			"m, gone, err := s.embed(ctx, id)\n\t\tswitch", "m, gone, err := message{owner: c.Owner}, true, error(nil)\n\t\tswitch", "TestDeletionIsConfirmed", ""},
		{"posts older than the backfill come with a page", telegram,
			"b.Items = from(p.items, c.Oldest)\n\tif err", "b.Items = p.items\n\tif err", "TestBackfillIsBounded", ""},
		{"a taken name is the same channel", telegram,
			"if p.owner == \"\" || p.owner == c.Owner {", "if true {", "TestRename", ""},
		{"a changed markup is silence", page,
			"case 2*lost > total:", "case false:", "TestPagesThatAreNotUnderstood", ""},
		{"a text that moved is an empty post", page,
			"case textGone(found):", "case false && textGone(found):", "TestPagesThatAreNotUnderstood|TestChangedMarkup", ""},
		{"a channel that is gone is empty", page,
			"return nil, parseLanding(doc)", "return &page{end: true, skipped: map[string]int{}}, nil", "TestSuite/(Gone|Blocked)", ""},
		{"an album has no number", "crawler/source/telegram/message.go",
			"`\"`), \"g\")", "`\"`), \"x\")", "TestIdentity", ""},
		{"4.85K is exact", "crawler/source/telegram/text.go",
			"step /= 10", "step /= unit", "TestCount", ""},
		{"429 is not heard", "crawler/fetch/fetch.go",
			"f.peace(u.Host, st.Until)", "", "TestRetryAfter", ""},
		{"pages are asked for unconditionally", "crawler/fetch/fetch.go",
			"h.Set(\"If-None-Match\", r.ETag)", "", "TestConditional", ""},
		{"\"not modified\" is believed for ever", "crawler/source/rss/rss.go",
			"if c.Same < maxSame {", "if true {", "TestNotModified", ""},
		{"nobody asks whether a post is still there", "crawler/crawl/crawl.go",
			"again, ok := src.(source.Rechecker)\n\tif !ok {", "again, ok := src.(source.Rechecker)\n\tif ok {", "TestWhatChangesLater", ""},
		{"the oldest posts are looked at again first", "crawler/ledger/recheck.go",
			"ORDER BY published DESC, id LIMIT", "ORDER BY published, id LIMIT", "TestNewestLooksFirst", ""},
	}
}

// files: imports.
func files() []mutant {
	return []mutant{
		{"line numbers are off by one", "crawler/archive/input.go",
			"in.line = 1\n", "in.line = 0\n", "TestNetworksOfPosts", ""},
		{"a semicolon separates nothing", "crawler/archive/csv.go",
			"[]byte{',', ';', '\\t'}", "[]byte{',', '\\t'}", "TestTableForms", "crawler/importer"},
		{"a quote that is not closed swallows the next record", "crawler/archive/csv.go",
			"t.back = append(t.back, more...)", "", "TestTableAgainst|TestBrokenQuotes", ""},
		{"an import is a live reading", "crawler/importer/importer.go",
			"Origin: post.Import,", "Origin: post.Live,", "TestRecordsAreInTheLog|TestOneChannel", ""},
	}
}

// desk: what is pure in the work on incidents.
func desk() []mutant {
	return []mutant{
		{"holidays are worked", "incidents/deadline/production.go",
			"if holiday(d) || weekend(d) {", "if weekend(d) {", "TestProductionMatchesThePublishedNorms", ""},
		{"working hours are those of UTC", "incidents/deadline/calendar.go",
			"time.Date(d.Year, d.Month, d.Day, 0, min, 0, 0, c.Zone)", "time.Date(d.Year, d.Month, d.Day, 0, min, 0, 0, time.UTC)", "TestOneMomentIsTwoMornings|TestDue", ""},
		{"authors approve their own drafts", "incidents/incident/state.go",
			"case who.ID == 0 || slices.Contains(d.Authors, who.ID):", "case who.ID == 0:", "TestApprovalBindsToTheText", ""},
		{"an approval outlives the text", "incidents/incident/incident.go",
			"d.ApprovedHash != \"\" && d.ApprovedHash == TextHash(d.Text)", "d.ApprovedHash != \"\"", "TestApprovalBindsToTheText", ""},
		{"whoever comments writes to residents", "incidents/incident/state.go",
			"a == Resident && !slices.Contains(AudiencesOf(who), a)", "false", "TestAudiencesOfEveryRole", ""},
		{"old comments are for residents", "incidents/store/incident.go",
			"COALESCE(data->>'audience', 'internal')", "COALESCE(data->>'audience', 'resident')", "TestEventsAreOneTrail", ""},
		{"the last route wins", "incidents/routing/tree.go",
			"if !child.Continue {", "if false {", "TestExplain", ""},
		{"a webhook is retried under another key", "incidents/notify/webhook.go",
			"req.Header.Set(HeaderKey, m.Key)", "req.Header.Set(HeaderKey, m.Key+strconv.FormatInt(time.Now().UnixNano(), 10))", "TestWebhook", ""},
		{"a signature is of nothing", "incidents/notify/webhook.go",
			"\th.Write(body)\n", "", "TestWebhookIsSigned", ""},
		{"redirects of webhooks are followed", "incidents/notify/webhook.go",
			"return http.ErrUseLastResponse", "return nil", "TestWebhook", ""},
	}
}

// ledger: what is taken in, and the crawler's order (decisions 2 to 5, 13).
func ledger() []mutant {
	const file, store, crawl = "crawler/ledger/ledger.go", "crawler/ledger/store.go", "crawler/crawl/crawl.go"
	const due, sources = "crawler/schedule/due.go", "crawler/schedule/store.go"
	return []mutant{
		{"sealed bodies outlive retention", "crawler/ledger/retention.go",
			"DELETE FROM post_body USING old WHERE post_body.id = old.id RETURNING 1", "SELECT 1 WHERE false", "TestDropBucket", ""},
		{"what must stay out is dropped with its bucket", "crawler/ledger/retention.go",
			"WHERE bucket = $1 AND NOT forgotten LIMIT", "WHERE bucket = $1 LIMIT", "TestDropBucket", ""},
		{"a schema that a build doesn't fit takes it", "internal/postgres/migrate.go",
			"if known >= oldest {", "if true {", "TestMigrateMinds", ""},
		{"A, B, A ends as B", store,
			"SET hash = n.hash,", "SET hash = CASE WHEN ledger.rev = 0 THEN n.hash ELSE ledger.hash END,", "TestEditAndBack", ""},
		{"an older reading replaces a newer one", file,
			"case known.rev >= r.Rev:", "case false && known.rev >= r.Rev:", "TestOlderReading", ""},
		{"a confirmation goes back", store,
			"WHERE ledger.id = n.id AND ledger.rev < n.rev", "WHERE ledger.id = n.id", "TestConfirmOnlyForward", ""},
		{"a bucket is computed again at second sight", file,
			"d.Bucket, d.Published = known.bucket, known.published", "", "TestBucketIsFrozen", ""},
		{"a post from the future stays there", file,
			"|| published.After(r.Observed) {", "{", "TestFutureIsClamped", ""},
		{"what is too old is taken in", file,
			"if !class.Accepts(published, r.Observed) {", "if false {", "TestTooOldIsRefused", ""},
		{"a file replaces what was read live", file,
			"case r.KeepLive && known.rev > 0 && !known.imported:", "case false:", "TestImportNeverReplacesLive", ""},
		{"what was forgotten comes back", file,
			"case known.forgotten:", "case false:", "TestForget", ""},
		{"one author has one name in all sources", file,
			"mac(l.secret, src)", "mac(l.secret, \"\")", "TestAuthorsArePseudonyms", ""},
		{"an author's name is kept", file,
			"a.ID), Person: true}", "a.ID), Name: a.Name, Person: true}", "TestAuthorsArePseudonyms", ""},
		{"sealed bodies go into the log", file,
			"\t\td.Post = nil\n", "", "TestSealedBodyIsNotInTheRecord", ""},
		{"the cursor is stored before the append", crawl,
			"a, err := c.take(ctx, l, func() (*ledger.Admitted, error) { return c.Ledger.Admit(ctx, r, b.Items) })",
			"_ = c.Schedule.Keep(ctx, l, schedule.Step{Cursor: b.Cursor}, c.lease())\n" +
				"\ta, err := c.take(ctx, l, func() (*ledger.Admitted, error) { return c.Ledger.Admit(ctx, r, b.Items) })", "TestCrashAnywhere|TestOrder", ""},
		{"the ledger confirms before the append", crawl,
			"if err := Append(ctx, c.Log, a.Records); err != nil {", "_ = c.Ledger.Confirm(ctx, a)\n\tif err := Append(ctx, c.Log, a.Records); err != nil {", "TestCrashAnywhere|TestOrder", ""},
		{"rev is taken after the fetch", crawl,
			"if b, err = src.Read(readCtx, cursor); err != nil {",
			"b, err = src.Read(readCtx, cursor)\n\tif again, e := c.Ledger.NextRev(ctx); e == nil {\n\t\trev = again\n\t}\n\tif err != nil {", "TestOrder", ""},
		{"another owner's posts are taken", crawl,
			"if it.ID.Source() != owner {", "if false {", "TestAnotherOwner", ""},
		{"trouble of ours puts sources off", due,
			"if state.Ours {", "if false {", "", ""},
		{"a lost lease still stores its step", due,
			"last_read = $8, lease_until = $9\n\t\tWHERE id = $1 AND lease = $2`", "last_read = $8, lease_until = $9\n\t\tWHERE id = $1 AND lease >= $2`", "TestLostLease", ""},
		{"a lost lease is renewed", due,
			"SET lease_until = $3 WHERE id = $1 AND lease = $2`", "SET lease_until = $3 WHERE id = $1 AND lease >= $2`", "TestLostLease", ""},
		{"a source is read on without its lease", crawl,
			"\t\t\t\tlost()\n\t\t\t\treturn\n", "\t\t\t\treturn\n", "TestAReadingEndsWithItsLease", ""},
		{"a source is lent twice", due,
			"AND (lease_until IS NULL OR lease_until <= $2)", "", "TestDueOnes", ""},
		{"a clock that was ahead keeps a source unread", due,
			"(next_at <= $2 OR greatest(created_at, last_read) > $5)", "next_at <= $2", "TestAClockThatWasAhead", ""},
		{"a region changes another's source", sources,
			"old, err := s.own(ctx, scope, id)", "old, err := s.Get(ctx, scope, id)", "TestASharedSource", ""},
	}
}

// log: the log on both engines (decision 9).
func log() []mutant {
	const work, consumer = "internal/stream/work.go", "internal/stream/postgres/consumer.go"
	const postgres, kafka, rejected = "internal/stream/postgres", "internal/stream/kafka", "internal/stream/rejected/"
	return []mutant{
		{"a key moves to another partition", "internal/stream/record.go",
			"return int(h % Partitions)", "return int(h >> 8 % Partitions)", "TestPartitionOfNeverChanges", ""},
		{"an offset is committed before its effects", work,
			"rejections, err := w.handle(ctx, batch)", "_ = c.Commit(ctx, batch...)\n\trejections, err := w.handle(ctx, batch)", "TestConformance/work (commits|is stopped|that is)", postgres},
		{"a rejection doesn't say why", work,
			"CutText(reason, maxReason)", "CutText(reason, 0)", "TestConformance/work isolates", postgres},
		{"one bad message takes others along", work,
			"case len(batch) == 1:\n\t\treturn []Rejection", "case len(batch) >= 1:\n\t\treturn []Rejection", "TestConformance/work isolates", postgres},
		{"a batch that takes too long is tried for ever", work,
			"|| len(batch) < smallest {", "|| len(batch) > 0 {", "TestConformance/work that takes", postgres},
		{"members of a group work one after another", work,
			"for range w.Members {", "for range 1 {", "TestConformance/members", postgres},
		{"offsets are taken without holding the head", "internal/stream/postgres/append.go",
			"RETURNING h.part, h.next - w.n AS base", "RETURNING h.part, (SELECT o.next FROM stream_head o WHERE o.topic = $1 AND o.part = h.part) AS base", "TestConformance/writers", ""},
		{"a lease's generation is ignored in commits", consumer,
			" AND l.generation = w.generation\n\t\tRETURNING l.topic, l.part, l.committed", "\n\t\tRETURNING l.topic, l.part, l.committed", "TestACommitOfALostLease", ""},
		{"a tail begins at the end, wherever it was", "internal/stream/postgres/tail.go",
			"at[part] = min(max(want, first[part]), end)", "at[part] = max(want, first[part], end)", "TestConformance/tail from a position", ""},
		{"commits go back on Kafka", "internal/stream/kafka/consumer.go",
			"m.Offset+1 > max(have, greatest[p]) {", "m.Offset+1 > have-have {", "TestConformance/(a late|commits)", kafka},
		{"a rejected record is put back by everybody who decides", rejected + "decide.go",
			"ours[id] {", "ours[id] || true {", "TestManyDecideAtOnce", ""},
		{"a page of rejected records looks at all of them", rejected + "list.go",
			"if x.chunk > firstChunk &&", "if x.chunk < 0 &&", "TestManyAreNeverReadAtOnce", ""},
		{"the post of a sealed rejected record is shown", rejected + "show.go",
			"e.Visibility != post.Public &&", "e.Visibility == \"\" &&", "TestWhatIsShown", ""},
		{"what is rejected again doesn't say of what it is a replay", rejected + "decide.go",
			"maps.Copy(r.Headers, own)", "_ = own", "TestPutBackUntilItIsMended", ""},
	}
}

// index: both engines (decisions 2, 4 to 6, 12).
func index() []mutant {
	const pg, es = "indexer/search/postgres/", "indexer/search/elastic/"
	return []mutant{
		{"a smaller rev wins in Postgres", pg + "put.go",
			"WHERE p.rev < excluded.rev", "WHERE p.rev > excluded.rev", "TestIndex/the greater rev", ""},
		{"a smaller rev wins in Elasticsearch", es + "put.go",
			"Version: d.Rev, VersionType: \"external\"", "VersionType: \"\"", "TestSuite/the greater rev", ""},
		{"contents of a batch come after its deletions", pg + "put.go",
			"if p.deleted != deleted {", "if false {", "TestIndex/one batch", ""},
		{"NOT is ignored in Postgres", pg + "compile.go",
			"tsquery: \"!\" + p.tsquery", "tsquery: p.tsquery", "TestIndex/negation", ""},
		{"NOT is ignored in Elasticsearch", es + "compile.go",
			"add(\"must_not\", inner)", "add(\"must\", inner)", "TestCompile", ""},
		{"words of a phrase stand apart in Postgres", pg + "compile.go",
			"\" <-> \"", "\" & \"", "TestIndex/written cases", ""},
		{"words of a phrase stand apart in Elasticsearch", es + "compile.go",
			"\"max_gaps\": 0", "\"max_gaps\": 1", "TestCompile", ""},
		{"the gap after the title is not written", es + "document.go",
			"put(&k, \"\")\n\t\t\tput(&e, \"\")", "", "TestWordsHaveThePositionsOfTokens", ""},
		{"a search has no scope in Postgres", pg + "compile.go",
			"return b.sql(p) + \" AND \" + b.scope(scope), nil", "return b.sql(p), nil", "TestIndex/scope", ""},
		{"one post has no scope in Postgres", pg + "get.go",
			" + \" AND \" + b.scope(scope)", "", "TestIndex/scope", ""},
		{"sources are no part of a scope in Elasticsearch", es + "compile.go",
			"if sources, all := s.Sources(); !all {", "if sources, all := s.Sources(); !all && false {", "TestScopeIsAFilter", ""},
		{"sealed bodies are in Postgres' index", "indexer/search/search.go",
			"\t\tr.Post = nil\n", "", "TestIndex/sealed", "indexer/search/postgres"},
		{"sealed bodies are in Elasticsearch", "indexer/search/search.go",
			"\t\tr.Post = nil\n", "", "TestSuite/sealed", "indexer/search/elastic"},
		{"the next page leaves out posts of one moment", pg + "search.go",
			"\" AND (published, id) < (%s::timestamptz, %s::text)\"", "\" AND published < %s::timestamptz AND %s::text IS NOT NULL\"", "TestIndex/(pages|newest first|ten thousand)", ""},
		{"a search that was cut claims to be whole", pg + "search.go",
			"page.Next, page.Reached = resume(", "_, _ = resume(", "TestCutInAMonth", ""},
		{"what is written while a bucket is made anew is lost in Postgres", pg + "rebuild.go",
			"AFTER INSERT OR UPDATE OR DELETE ON", "AFTER DELETE ON", "TestIndex/buckets are made anew", ""},
		{"writers go on while buckets change places in Postgres", pg + "rebuild.go",
			"IN SHARE MODE", "IN ACCESS SHARE MODE", "TestIndex/a writer is held", ""},
		{"writers go on while buckets change places in Elasticsearch", es + "rebuild.go",
			"for _, r := range rs { // waits", "for _, r := range rs[:0] { // waits", "TestSuite/a writer is held", ""},
		{"the last write is left behind in Elasticsearch", es + "rebuild.go",
			"r.until = c.Seq.Checkpoint\n", "r.until = c.Seq.Checkpoint - 1\n", "TestSuite/a bucket is made anew", ""},
		{"making a bucket anew brings back who was forgotten", "indexer/reindex/reindex.go",
			"for from := 0; from < len(gone)", "for from := len(gone); from < len(gone)", "TestSuite/buckets are made anew", "indexer/search/elastic"},
		{"sealed posts lose their words with a new analysis", "indexer/reindex/reindex.go",
			"[]int64{r.Rev, 0}", "[]int64{}", "TestIndex/a bucket that is made anew", "indexer/search/postgres"},
		{"a post that is forgotten leaves its history", pg + "postgres.go",
			"pastOf(name)), string(id))", "postsOf(name)), string(id))", "TestIndex/forget", ""},
	}
}

// matching: from the index to matches and live feeds (decisions 5, 8, 10).
func matching() []mutant {
	const ingest, searches, past = "indexer/ingest/ingest.go", "indexer/ingest/searches.go", "indexer/ingest/past.go"
	return []mutant{
		{"new counters are matched again", ingest,
			"if d.Kind == post.Revision {", "if d.Kind != post.Deletion {", "TestALineOfPosts", ""},
		{"a deletion is told to nobody", ingest,
			"if len(all) == 0 && m.Kind != post.Deletion && !m.Again {", "if len(all) == 0 && !m.Again {", "TestALineOfPosts", ""},
		{"posts are told of before the index has them", ingest,
			"entries, bad, err = g.put(ctx, entries)", "_ = g.tell(ctx, entries)\n\tentries, bad, err = g.put(ctx, entries)", "TestTheOrderOfEffects", ""},
		{"a sealed body goes on", ingest,
			"r.Post = nil // should", "// should", "TestTheBodyOfASealedPost", ""},
		{"what was forgotten is indexed", ingest,
			"return gone[e.ID]", "return gone[e.ID] && false", "TestALineOfPosts|TestOneBadRecord", ""},
		{"a sealed post matches every search", "indexer/standing/standing.go",
			"(visibility != \"sealed\" || s.Sealed)", "visibility != \"\"", "", "indexer/ingest"},
		{"searches change within a batch", searches,
			"return ctx, func() { cancel(); s.mu.RUnlock() }, nil", "s.mu.RUnlock()\n\t\t\treturn ctx, cancel, nil", "TestABatchUnderWay", ""},
		{"a batch goes on with the glossary before", ingest,
			"if entries[i].Analysis != g.Analyzer.Edition() {", "if false {", "TestABatchHasOneGlossary", ""},
		{"searches keep the words of the glossary before", searches,
			"changed = append(slices.Collect(maps.Values(s.byID)), changed...)", "changed = append(slices.Collect(maps.Values(s.byID))[:0], changed...)", "TestABatchHasOneGlossary", ""},
		{"open feeds keep the words of the glossary before", "indexer/feed/feed.go",
			"if d.edition == h.edition {", "if true {", "TestOpenFeedsTakeUp", ""},
		{"an edition is retired while an indexer writes with it", "indexer/glossary/renewal.go",
			"WHERE seen_at > $2 AND edition <> $3)", "WHERE false AND seen_at > $2 AND edition <> $3)", "TestAnEditionIsRetired", ""},
		{"what was made anew counts for the next edition", "indexer/glossary/renewal.go",
			"r.bucket = b AND r.n = $1", "r.bucket = b", "TestAnEditionIsRetired", ""},
		{"what comes now waits for what waits", "indexer/ingest/express.go",
			"late >= x.after()", "late < 0", "TestWhatComesNowOvertakes", ""},
		{"what came last before the queue was long waits on", "indexer/ingest/express.go",
			"max(l.Committed, l.End-expressBack)", "l.End", "TestWhatComesNowOvertakes", ""},
		{"everything overtakes always", "indexer/ingest/express.go",
			"late >= x.after()", "late >= 0", "TestNothingOvertakes", ""},
		{"an indexer that joins looks once", searches,
			"if before != nil && s.now().Sub(*before) < lease {", "if before == nil || s.now().Sub(*before) < lease {", "TestAnIndexerThatJoins", ""},
		{"the past is searched before all have the search", "indexer/standing/generation.go",
			"AND generation <= (`+acknowledged+`)", "AND generation <= (`+acknowledged+`) + 1000", "TestPastWaits", ""},
		{"the past is told of as live", past,
			"r.Origin = post.Backfill", "r.Origin = post.Live", "TestThePastOfASearch", ""},
		{"a past that was cut is done", past,
			"if !page.Reached.IsZero() {", "if false {", "TestAPastThatCannotBeSearched", ""},
		{"a live feed shows everything", "indexer/feed/feed.go",
			"if !s.allows(r) || m.Offset", "if m.Offset", "TestEachClientGets", ""},
		{"who comes back to a feed sees everything", "indexer/feed/subscription.go",
			"r.Kind == post.Revision && s.allows(&r) {", "r.Kind == post.Revision {", "TestCatchingUp", ""},
		{"who comes back to a feed sees the last event again", "indexer/feed/subscription.go",
			"at[m.Partition] = m.Offset + 1\n", "at[m.Partition] = m.Offset\n", "TestComingBack", ""},
	}
}

// tickets: the desk on its database (decisions 4, 7, 8).
func tickets() []mutant {
	const take, commands, jobs = "incidents/desk/take.go", "incidents/desk/commands.go", "incidents/desk/jobs.go"
	return []mutant{
		{"a rule that is switched off opens incidents", "incidents/store/config.go",
			"`enabled AND region = ANY($1::text[])", "`region = ANY($1::text[])", "TestRulesForAMatch", ""},
		{"a person of one region sees sealed incidents", "incidents/store/tx.go",
			"if p.Sealed {", "if true {", "TestViews", ""},
		{"an older revision takes the newer one's place", "incidents/store/evidence.go",
			"rev = greatest(rev, $3::bigint)", "rev = $3::bigint", "TestEveryRevisionIsKept", ""},
		{"an attempt that was cut off is forgotten", "incidents/store/notification.go",
			"unsure = n.unsure OR n.state = 'sending'", "unsure = n.unsure", "TestStatesOfANotification", ""},
		{"the past opens incidents", take,
			"(m.Origin == post.Live || r.OpenForBackfill)", "true", "TestWhatIsNotLive", ""},
		{"a post opens two incidents in a region", take,
			"if k, ok := known[m.at()]; ok {", "if k, ok := known[m.at()]; ok && m.Kind != post.Revision {", "TestAPostOpensOne|TestTakingAgain", ""},
		{"a batch doesn't see what it adds itself", "incidents/store/tx.go",
			"func (t *Tx) query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {\n\tif err := t.flush(ctx); err != nil {",
			"func (t *Tx) query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {\n\tif err := error(nil); err != nil {", "TestWhatIsAddedIsThere", ""},
		{"copies that come together open an incident each", "incidents/desk/join.go",
			"if fits && (!ok || b.older(oldest)) {", "if false && fits && (!ok || b.older(oldest)) {", "TestABatchIsTaken", ""},
		{"two who take matches don't wait for each other", take,
			"if err := tx.LockRegions(ctx, regions...); err != nil {", "if err := tx.LockRegions(ctx); err != nil {", "TestTakersOfARegion", ""},
		{"the version of a search is ignored", take,
			"ok && s.Version >= v {", "ok && v > 0 {", "TestAnOldVersion", ""},
		{"an incident stays open to all when its post is sealed", take,
			"if stricter(m.Visibility, inc.Visibility) {", "if false {", "TestAnIncidentBecomesSealed", ""},
		{"the second save wins", commands,
			"if cmd != incident.DoComment && c.Version != inc.Version {", "if false {", "TestTheSecondSaver", ""},
		{"commands leave no trail", commands,
			"return ch.tx.AddEvent(ctx, *ch.inc, e, data)", "_, _ = e, data\n\treturn nil", "TestMainPath", ""},
		{"a changed draft keeps only its last author", commands,
			"authors = old.Authors", "_ = old", "TestApprovalThroughTheDesk", ""},
		{"a breach is told twice", jobs,
			" || i.Warned >= a.Percent {", " {", "TestWatchIsSure", ""},
		{"what a long transaction changed is passed over", "incidents/store/touched.go",
			"NOT pg_visible_in_snapshot(touched, nullif($1, '')::pg_snapshot)", "touched >= pg_snapshot_xmax(nullif($1, '')::pg_snapshot)", "TestALongTransactionIsNotPassedOver", "incidents/live"},
		{"deadlines are told of at night", "incidents/desk/tell.go",
			"if t.event != \"assigned\" && i.Severity != incident.Critical {", "if false {", "TestWarningsAndBreach", ""},
		{"the title of a sealed incident is mailed", "incidents/desk/tell.go",
			"if i.Visibility == post.Sealed {", "if false && i.Visibility == post.Sealed {", "TestSealedIncidents|TestTheBodyOfASealedPost", ""},
	}
}

// api: the way in.
func api() []mutant {
	const door, route = "incidents/api/door.go", "incidents/api/route.go"
	const stream, posts = "incidents/api/stream.go", "incidents/api/posts.go"
	return []mutant{
		{"any role may do anything", door,
			"case !who.May(r.action):", "case false:", "TestEveryRouteAsksForItsAction", ""},
		{"another site acts for who is signed in", door,
			"if err := s.sameSite(ctx, req); err != nil {", "if err := error(nil); err != nil {", "TestAnotherSiteCanDoNothing", ""},
		{"a first password is kept", door,
			"case who.MustChange && !r.mustChange:", "case false:", "TestAFirstPassword", ""},
		{"a session lasts for ever", "internal/people/session.go",
			" AND expires_at > $2`", "`", "TestASessionDoesNot", ""},
		{"rejected records of other regions are any administrator's", "incidents/api/rejected.go",
			"if slices.Contains(who.Regions, \"*\") {", "if slices.Contains(who.Regions, \"*\") || true {", "TestRejectedRecordsAreNotOneRegions", ""},
		{"a stage that can't be measured is well", "incidents/status/status.go",
			"s.Waiting, s.Since = -1, now", "s.Waiting, s.Since = -1, time.Time{}", "TestWhatIsAwayIsBehind", ""},
		{"who has another role stays signed in", "internal/people/people.go",
			" || p.Role != old.Role", "", "TestEveryChangeOfReach", ""},
		{"text that no engine can store goes in", route,
			"if err := checkText(ctx, in); err != nil {", "if err := error(nil); err != nil {", "TestNULInEveryText", ""},
		{"a search is asked for everybody", posts,
			"s.Posts.Search(ctx, who.Scope(),", "s.Posts.Search(ctx, access.Everything(),", "TestPosts", ""},
		{"a post is a copy of itself", posts,
			"return max(n.Posts-1, 0)", "return n.Posts", "TestAPostIsNoCopyOfItself", ""},
		{"copies are counted for everybody", posts,
			"n, err := s.Posts.Count(ctx, who.Scope(), e, 0)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\treturn reply(PostCopies", "n, err := s.Posts.Count(ctx, access.Everything(), e, 0)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\treturn reply(PostCopies", "TestCopies", ""},
		{"a stream shows everything", stream,
			"s.Feed.Subscribe(ctx, who.Scope(), compile, from)", "s.Feed.Subscribe(ctx, access.Everything(), compile, from)", "TestStreamKeepsToTheScope", ""},
		{"a stream outlives its token", stream,
			"if reason, err := s.mayGoOn(ctx, who); reason != \"\" {", "if reason, err := s.mayGoOn(ctx, who); false {", "TestStreamEndsWithTheToken", ""},
		{"a stream that lost posts doesn't say so", stream,
			"if begins[p] != n {", "if false && begins[p] != n {", "TestStreamsThatCannotBe", ""},
		{"what is ours is shown", "incidents/api/problem.go",
			"return newProblem(ctx, http.StatusInternalServerError, say(ctx, internalError))", "return newProblem(ctx, http.StatusInternalServerError, err.Error())", "TestWhatIsOursIsNotShown", ""},
	}
}
