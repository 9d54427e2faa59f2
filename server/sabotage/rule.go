package main

// ruleCuts are of what must be true whoever writes.
var ruleCuts = []cut{
	// the transaction, and what a Save means
	{"hooks/kernel/tx.go", "quicker.Forget(tx)", "_ = quicker.Forget", "hooks", "TestARelationIsAskedAgainAfterWhatItLedToWent"},
	{"hooks/kernel/tx.go", "s.audits = s.audits[:lines]", "_ = lines", "hooks", "TestWhatWasTakenBackHasNoLineInTheLog"},
	{"hooks/kernel/guard.go", "if Changed(e.Record, f) && !(n.Auth", "if false && !(n.Auth", "hooks", "TestASightingIsCarriedToTheChild"},
	{"hooks/kernel/guard.go", "if n.AppendOnly {\n\t\t\tUpdating", "if false {\n\t\t\tUpdating", "hooks", "TestWhatIsAddedToOnlyStaysAsItWas"},

	// who may what
	{"hooks/account/account.go", "if user.Id == lead.Id {", "if false {", "server/coordinate", "TestALeadGivesNobodyMoreThanTheyMay"},
	{"hooks/account/account.go", "if !slices.Contains(kernel.GivenByLead, r) {", "if false {", "server/coordinate", "TestALeadGivesNobodyMoreThanTheyMay"},
	{"hooks/casework/member.go", "if c.GetString(\"lead_agency\") != user.GetString(\"agency\") {", "if c.Id == \"\" {", "hooks", "TestALeadComesFromTheAgencyThatLeads"},
	{"hooks/signin/password.go", "case utf8.RuneCountInString(password) < leastPassword:", "case utf8.RuneCountInString(password) < 4:", "hooks", "TestAPasswordThatIsGuessedIsNotTaken"},
	{"hooks/letter/block.go", "case p == nil:\n", "case p == nil && false:\n", "server/letter", "TestALetterGoesToASafeAddressOnly"},

	{"hooks/kernel/may.go", "CloseCase:              {parts: managing,", "CloseCase:              {parts: running,", "hooks", "TestWhoDoesWhatOnACase"},
	{"hooks/kernel/may.go", "|| !LeadsFor(c, person) {", "|| c == nil {", "hooks", "TestWhoDoesWhatOnACase"},
	{"hooks/kernel/may.go", "if !known {", "if by = deeds[ReopenCase]; false && known {", "hooks", "TestWhatNobodyWroteDownIsDenied"},

	// the feed
	{"hooks/feed/install.go", "\tpresent[earlier] = part{kind: \"VIEW\", name: earlier}\n", "", "hooks", "TestAStoreOfOneCaptureViewIsTakenOn"},
	{"hooks/feed/capture.go", "strip, next, drop+` AND `+moved, next+` WHERE `+moved, put, body,", "strip, next, put, body,", "server/sync", "TestWhatIsNoLongerSharedIsNoLongerShared"},
	{"hooks/feed/capture.go", "strip, next, drop, `DELETE FROM sync_fields WHERE `+ofIt", "next, drop, `DELETE FROM sync_fields WHERE `+ofIt", "server/sync", "TestTheFeedKeepsNoContentOfWhatWent"},
	{"hooks/feed/capture.go", "[]string{\"came\", \"changed\"} {\n\t\tout", "[]string{\"came\"} {\n\t\tout", "server/sync", "TestWhatIsNoLongerSharedIsNoLongerShared"},
}
