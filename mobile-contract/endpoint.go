package contract

// Endpoint is one thing a client can ask of the server.
type Endpoint struct {
	Method, Path string
	Does         string
	Auth         string // none, sign_in (PocketBase's own token, fresh), account (that token or a device's) or device
}

// Endpoints is the table that the server's routes are held against.
var Endpoints = []Endpoint{
	{"POST", "/api/sign-in/factors", "says what an account whose password was right can show as its second factor", "none"},
	{"POST", "/api/sign-in/factor", "takes a second factor and answers as a sign-in does", "none"},
	{"GET", "/api/sign-in/organisation", "answers where an app sends somebody to sign in with their organisation's account, and a nonce to send along", "none"},
	{"POST", "/api/sign-in/organisation", "takes the ID token that the app was given, once, and answers as a sign-in with a password", "none"},
	{"POST", "/api/sync/devices", "registers a phone for the signed-in user", "sign_in"},
	{"PATCH", "/api/sync/devices", "says anew what the phone that asks is called, and which app it runs", "device"},
	{"DELETE", "/api/sync/devices", "ends the phone that asks: its user signs out of it", "device"},
	{"POST", "/api/sync/devices/refresh", "trades a refresh token for new tokens", "none"},
	{"POST", "/api/sync/devices/stream", "answers a short token that opens the stream of PowerSync's libraries, and nothing else", "device"},
	{"POST", "/api/sync/devices/wiped", "takes a wiped device's signed receipt", "none"},
	{"GET", "/api/sync/status", "answers time, versions, device state and policy", "device"},
	{"POST", "/api/sync/pull", "delivers what changed since a position", "device"},
	{"POST", "/api/sync/push", "takes mutations and answers a verdict for each", "device"},
	{"GET", "/api/sync/contract", "answers collections, fields, limits and codes, and what the user may write at all", "device"},
	{"POST", "/api/sync/estimate", "answers about how much a pull would deliver", "device"},
	{"POST", "/api/sync/digest", "answers count and hash of scopes, to find one that differs", "device"},
	{"POST", "/api/sync/replayed", "closes a replay after the server's history began anew", "device"},
	{"GET", "/api/sync/conflicts", "lists the conflicts that the user may settle", "device"},
	{"POST", "/api/sync/conflicts/{id}", "settles a conflict with a value that a person chose", "device"},
	{"GET", "/api/sync/refusals", "lists refused mutations that the user may correct", "device"},
	{"POST", "/api/sync/refusals/{id}", "corrects a refused mutation and sends it again, or withdraws it", "device"},
	{"GET", "/api/cases/{id}/chronology", "reads a case in one order, page by page", "device"},
	{"GET", "/api/cases/{id}/chronology/patterns", "answers what happened in a case again and again", "device"},
	{"GET", "/api/cases/{id}/chronology/csv", "delivers a case's chronology as a table", "device"},
	{"GET", "/api/cases/{id}/chronology/html", "delivers a case's chronology as a page to print", "device"},
	{"GET", "/api/cases/{id}/chronology/voice", "answers what one child of a case said or showed, and how", "device"},
	{"GET", "/api/cases/{id}/chronology/voice/html", "delivers a child's own words as a page to quote and print", "device"},
	{"POST", "/api/cases/{id}/children/{child}/involvement", "answers which other agencies know a child, to a member of the child's case", "device"},
	{"GET", "/api/letters/{id}/html", "shows one letter, how it stands and what became of it, as a page; a draft bears a mark", "device"},
	{"GET", "/api/letters/{id}/pdf", "answers one approved letter as it is printed while nothing stands in its way, or the marked copy of one that went; the same bytes every time", "device"},

	{"POST", "/sync/stream", "streams what the phone lacks, and then what changes, to PowerSync's libraries", "device"},
	{"GET", "/write-checkpoint2.json", "answers to PowerSync's libraries from which position on their stream has what they handed in", "device"},
	{"POST", "/sync/checkpoint-request", "is the same by a number of the client's own", "device"},

	{"POST", "/api/uploads", "begins an upload of announced evidence (tus), with its first bytes if they come along", "device"},
	{"HEAD", "/api/uploads/{id}", "tells how far an upload has come; the receipt once it is whole", "device"},
	{"PATCH", "/api/uploads/{id}", "takes bytes at the offset where the upload stands", "device"},
	{"DELETE", "/api/uploads/{id}", "gives an upload up", "device"},
	{"POST", "/api/uploads/{id}", "does what X-HTTP-Method-Override says, where PATCH and DELETE do not pass", "device"},
	{"GET", "/api/evidence/{id}/receipt", "answers the receipt again, to any member of the case", "device"},
	{"GET", "/api/evidence/{id}/original", "delivers sealed bytes, whole or in one range", "device"},
	{"GET", "/api/evidence/{id}/preview", "delivers a small picture without metadata", "device"},
	{"GET", "/api/evidence/{id}/copies/{copy}", "delivers one derived copy", "device"},
	{"POST", "/api/evidence/{id}/links", "makes a link to one file, for a minute, for the person and device that ask", "device"},
	{"POST", "/api/evidence/bundles", "streams a case's evidence as a signed zip, to who leads or manages the case", "device"},
	{"GET", "/api/keys", "answers the public keys that check receipts and bundles", "none"},
}
