package main

// roomCuts are at the other doors.
var roomCuts = []cut{
	{"server/upload/lane_append.go", "case from != offset:", "case from > offset:", "server/upload", "TestTheProtocol|TestACutUploadGoesOnWhereItStood"},
	{"server/upload/lane_append.go", "case kept(row):\n", "case kept(row) && false:\n", "server/upload", "TestOfTwoUploadsOfOneRowOneWins"},
	{"server/upload/custody_seal.go", "if v.Reason == \"\" {", "if v.Reason != \"?\" {", "server/upload", "TestWhatDisagreesIsKeptApartWithAReason"},
	{"server/upload/custody_seal.go", "row.Set(\"status\", scanning)", "row.Set(\"status\", sealed)", "server/upload", "TestNothingIsReadBeforeTheScannerHasAnswered"},
}
