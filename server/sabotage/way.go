package main

// wayCuts are on the way of one note from the request to the disk.
var wayCuts = []cut{
	// what a push asks and answers
	{"server/sync/push.go", "replay := ask.strange || ask.Epoch != \"\" && ask.Epoch != answer.Epoch", "replay := ask.strange", "server/sync", "TestAnAcknowledgedEditOfALostRecordComesBackWhoeverComesFirst"},
	{"server/sync/push.go", "hide(answer.Results)\n", "_ = hide\n", "server/sync", "TestWhatAPushCannotWriteDownItDoesNotShow"},
	{"server/sync/decode.go", "case noun.Owns(name):", "case false:", "server/sync", "TestOnlyTheServerSaysWhatArises"},
	{"server/sync/recall.go", "!e.means(meant) {", "!e.means(meant) && false {", "server/sync", "TestTwoContentsUnderOneIDInOnePush"},
	{"server/sync/meaning.go", "\t\t\twriteRaw(h, values[name])\n", "", "server/sync", "TestOneIDWithOtherContentIsRefusedAndKept"},

	// judge
	{"server/sync/judge.go", "if first, known := b.known[all[i].ID]; known {", "if first, known := b.known[all[i].ID]; known && false {", "server/sync", "TestSentTwiceItCountsOnce"},
	{"server/sync/judge.go", "if b.anothers(all[i]) {", "if false {", "server/sync", "TestASharedTabletNeverWritesInAnothersName"},
	{"server/sync/judge.go", "if all[j].Group == all[i].Group {", "if false {", "server/sync", "TestAGroupStandsOrFallsTogether"},
	{"server/sync/judge.go", "if why := b.unfit(all[i].ID); why != nil {\n\t\t\treturn i, why, nil", "if why := b.unfit(all[i].ID); why != nil && false {\n\t\t\treturn i, why, nil", "server/sync", "TestAGroupWithAMalformedMemberFallsTogether"},
	{"server/sync/judge.go", "err = b.savepoint(func() error {", "err = func(do func() error) error { return do() }(func() error {", "server/sync", "TestAGroupStandsOrFallsTogether"},
	{"server/sync/conflict.go", "(s stand, err error) {\n\tif err := b.place(); err != nil {", "(s stand, err error) {\n\tif false {", "server/sync", "TestARevIsOfThatWriteAlone"},
	{"server/sync/parent.go", "if seen, err := j.sees(to, c, id); err != nil || seen {", "if _, err := j.sees(to, c, id); err != nil || true {", "server/sync", "TestAChildWaitsForItsParent"},
	{"server/sync/author.go", ">= {:most}`", ">= 100 * {:most}`", "server/sync", "TestWhatIsKeptForAnotherIsBounded"},
	{"server/sync/bound.go", "if then.rows > most ||", "if then.rows > 100*most ||", "server/sync", "TestWhatWaitsOfOnePersonIsBounded"},
	{"server/sync/bound.go", "if day >= contract.MaxBuried {", "if day >= 100*contract.MaxBuried {", "server/sync", "TestDeletesOfNothingAreBounded"},
	{"server/sync/convoy.go", "if err == nil {\n\t\tend = written", "if err == nil || true {\n\t\tend = written", "server/sync", "TestAConvoyFallsForOneAndEachGoesAlone"},
	{"server/sync/convoy.go", "size+c.waiting[n].size <= convoyed", "size+c.waiting[n].size <= 100*convoyed", "server/sync", "TestAConvoyIsNoLongerThanItsBound"},
	{"server/sync/memo.go", "if m.rules == nil || undone {", "if m.rules == nil || undone && false {", "server/sync", "TestWhatWasSaidOfWhatFellIsForgotten"},
	{"server/sync/memo.go", "return a.into[cid] })", "return a.into[cid] && false })", "server/sync", "TestARightThatEndsInAPushEndsForTheRestOfIt"},

	// write
	{"server/sync/write.go", "if there.Seq > 0 || there.Buried {\n\t\t\treturn j.recreate(there)", "if there.Buried {\n\t\t\treturn j.recreate(there)", "server/sync", "TestAReplayedCreateRevertsNothing"},
	{"server/sync/write.go", "if len(others) > 0 {\n\t\tfields", "if len(others) > 1000 {\n\t\tfields", "server/sync", "TestADeleteDestroysNoUnseenEdit"},
	{"server/sync/conflict.go", "AND device != {:d}", "AND '' != {:d}", "server/sync", "TestItsOwnEchoIsNoConflict"},
	{"server/sync/merge.go", "case !e.Foreign, e.Was != nil && *e.Was == e.Now:", "case true:", "server/sync", "TestVectorsOfMerge"},
	{"server/sync/merge.go", "if !slices.ContainsFunc(g, apart) {", "if slices.ContainsFunc(g, apart) || true {", "server/sync", "TestVectorsOfMerge"},

	// the one step of PocketBase's own that is done otherwise
	{"hooks/quicker/validate.go", "if key != \"\" && there[key] {", "if key != \"\" {", "hooks/quicker", "TestOursIsPocketBasesOwn"},
	{"hooks/quicker/validate.go", "} else if key != \"\" && there != nil {", "}\n\t\tif key != \"\" && there != nil {", "hooks/quicker", "TestOursIsPocketBasesOwn"},
	{"hooks/quicker/validate.go", "strings.Trim(value, core.DefaultIdAlphabet) == \"\"", "strings.Trim(value, core.DefaultIdAlphabet) != \"?\"", "hooks/quicker", "TestOursIsPocketBasesOwn"},
	{"hooks/quicker/validate.go", "delete(there, e.Record", "_, _ = there, e; delete(map[string]bool{}, e.Record", "hooks", "TestARelationIsAskedAgainAfterWhatItLedToWent"},
	{"hooks/quicker/validate.go", "{ clear(thereIn(tx)) }", "{ _ = thereIn(tx) }", "hooks", "TestARelationIsAskedAgainAfterWhatItLedToWent"},
}

// storeCuts are in the driver beneath it.
var storeCuts = []cut{
	{"hooks/store/open.go", "\"synchronous(FULL)\"", "\"synchronous(NORMAL)\"", "hooks/store", "TestTheDataDatabaseIsWrittenThrough"},
	{"hooks/store/open.go", "\"secure_delete(ON)\"", "\"secure_delete(OFF)\"", "hooks/store", "TestTheLogForgetsWhatIsDeleted"},
	{"hooks/store/open.go", "\"foreign_keys(ON)\"", "\"foreign_keys(OFF)\"", "hooks/store", "TestTheDataDatabaseIsWrittenThrough"},
	{"hooks/store/open.go", "PRAGMA cache_size = -8000", "PRAGMA cache_size = -2000", "hooks/store", "TestAReaderKeepsFewerPagesThanAWriter"},
	{"hooks/store/conn.go", "\t\tdelete(c.idle, text)\n", "", "hooks/store", "TestAStatementIsInOnePairOfHands"},
	{"hooks/store/conn.go", "if c.order.Len() <= remembered {", "if c.order.Len() > 0 {", "hooks/store", "TestAConnectionKeepsSoManyStatements"},
	{"hooks/store/conn.go", "oldest := c.order.Back()", "oldest := c.order.Front()", "hooks/store", "TestAConnectionKeepsSoManyStatements"},
	{"hooks/store/conn.go", "\tif r.closed {\n", "\tif false {\n", "hooks/store", "TestAStatementIsInOnePairOfHands"},
	{"hooks/store/read.go", "return errors.Join(err, rows.Close())", "return errors.Join(err)", "hooks/store", "TestWhatIsReadGivesItsStatementBack"},
	{"hooks/store/read.go", "if err := fn(row); err != nil {", "if err := fn(row); err != nil && false {", "hooks/store", "TestWhatIsReadGivesItsStatementBack"},
	{"hooks/store/lock_unix.go", "&Held{Process: pid}", "&Held{Process: 0 * pid}", "hooks/store", "TestALockIsOneProcessAndAKilledOneHoldsNothing"},
	{"hooks/store/lock_unix.go", "return f.Close, nil", "return func() error { return nil }, nil", "hooks/store", "TestALockIsOneProcessAndAKilledOneHoldsNothing"},
}
