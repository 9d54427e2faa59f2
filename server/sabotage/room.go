package main

// roomCuts are at the other doors.
var roomCuts = []cut{
	{"server/upload/append.go", "case from != offset:", "case from > offset:", "server/upload", "TestTheProtocol|TestACutUploadGoesOnWhereItStood"},
	{"server/upload/append.go", "case kept(row):\n", "case kept(row) && false:\n", "server/upload", "TestOfTwoUploadsOfOneRowOneWins"},
	{"server/upload/seal.go", "if v.reason == \"\" {", "if v.reason != \"?\" {", "server/upload", "TestWhatDisagreesIsKeptApartWithAReason"},
	{"server/upload/seal.go", "row.Set(\"status\", scanning)", "row.Set(\"status\", sealed)", "server/upload", "TestNothingIsReadBeforeTheScannerHasAnswered"},
}
