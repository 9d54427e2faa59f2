package main

// engineCuts are in the pure engines and in the contract.
var engineCuts = []cut{
	{"hooks/workday/deadline.go", "d = day0.AddDays(1)", "d = day0", "hooks/workday", "TestWithinIsAsTheDomainReferenceCountsIt"},
	{"hooks/workday/deadline.go", "if !c.works(d) {", "if !c.works(d) && false {", "hooks/workday", "TestVectors"},
	{"hooks/workday/deadline.go", "!d.After(b); d = d.AddDays(1)", "d.Before(b); d = d.AddDays(1)", "hooks/workday", "TestBetweenCountsAfterTheFirstThroughTheLast"},
	{"hooks/workday/calendar.go", "return !holiday && !closed", "return !holiday || !closed", "hooks/workday", "TestParseReadsEveryMember"},
	{"hooks/champion/act.go", "{Activate, []Status{Induction}, Active,", "{Activate, []Status{Induction, Submitted}, Active,", "hooks/champion", "TestNobodyServesBeforeAManagerAgreed"},
	{"hooks/champion/act.go", "{Agree, []Status{Awaiting}, Approved, []Who{Manager}, false},", "{Agree, []Status{Awaiting}, Approved, []Who{Manager, Coordinator}, false},", "hooks/champion", "TestNobodyServesBeforeAManagerAgreed|TestWhoMayTakeWhichStep"},
	{"hooks/champion/practice.go", "{\"submitted\", \"shared\", Coordinator, false},", "{\"submitted\", \"shared\", Coordinator, false},\n\t{\"submitted\", \"shared\", Author, false},", "hooks/champion", "TestNobodySharesTheirOwnPractice"},
	{"hooks/champion/policy.go", "return p.Until(until)", "return p.Until(day)", "hooks/champion", "TestRenewingEarlyLosesNoDay"},
	{"hooks/champion/policy.go", "due[len(due)-1].Sent = true", "due[0].Sent = true", "hooks/champion", "TestRemindersAreSentOnceEach|TestEachReminderHasItsDay"},
	{"hooks/champion/identify.go", "if nhs.MatchString(text) {", "if nhs.MatchString(text) && false {", "hooks/champion", "TestWhatCouldLeadToAChildIsSeen"},
	{"hooks/lettertext/character.go", "r = utf8.RuneError\n\t\t}\n\t\tif gap", "}\n\t\tif gap", "hooks/lettertext", "TestCleanLeavesNothingThatHidesOrTurns"},
	{"hooks/lettertext/merge.go", "if code == \"\" && text == \"\" && !f.Optional {", "if false {", "hooks/lettertext", "TestUnresolvedFieldsAreNamedOnce"},
	{"hooks/lettertext/merge.go", "\tm.checkNames()\n", "", "hooks/lettertext", "TestVectors"},
	{"hooks/identifier/identifier.go", "check == 10 || check != int(n[9]-'0')", "check == 10", "hooks/identifier", "TestANumberIsHeldToItsCheck"},
	{"hooks/identifier/identifier.go", "if letters[sum%len(letters)] != n[0] {", "if false {", "hooks/identifier", "TestANumberIsHeldToItsCheck"},
	{"hooks/tally/tally.go", "\tpair.add(at, FreePair)\n", "", "hooks/tally", "TestAPairWaitsLongerEachTime"},
	{"hooks/tally/tally.go", "weakest == \"\" || c.weight() < t.counts[weakest].weight()", "weakest == \"\" || c.weight() > t.counts[weakest].weight()", "hooks/tally", "TestAFloodForgetsTheFloodFirst"},
	{"hooks/tally/queue.go", "if q.waiting.Add(1) > q.most {", "if q.waiting.Add(1) > 100*q.most {", "hooks/tally", "TestTheQueueIsShortAndPatientToAPoint"},
	{"hooks/clock/clock.go", "math.Round(float64(", "math.Floor(float64(", "hooks/clock", "TestASkewIsInWholeSecondsOrNotAtAll"},
	{"hooks/clock/clock.go", "year < 1 || year > 9999", "year < -9999", "hooks/clock", "TestATimeIsReadOrIsNone"},
	{"hooks/lineage/line.go", "strange = true\n", "strange = false\n", "hooks/lineage", "TestAnOlderCopyIsNoticedAtTheStart"},
	{"mobile-contract/digest.go", "return z ^ (z >> 31)", "return z", "server/sync", "TestVectorsOfDigest"},
}
