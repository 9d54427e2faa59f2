package contract

// Endpoint is one thing a client can ask of the server.
type Endpoint struct {
	Method, Path string
	Does         string
	Auth         string // none, user or device
}

// Endpoints is the table that the server's routes are held against.
var Endpoints = []Endpoint{
	{"POST", "/api/sync/devices", "registers a phone for the signed-in user", "user"},
	{"POST", "/api/sync/devices/refresh", "trades a refresh token for new tokens", "none"},
	{"POST", "/api/sync/devices/wiped", "takes a wiped device's signed receipt", "none"},
	{"GET", "/api/sync/status", "answers time, versions, device state and policy", "device"},
	{"POST", "/api/sync/pull", "delivers what changed since a position", "device"},
	{"POST", "/api/sync/push", "takes mutations and answers a verdict for each", "device"},
	{"POST", "/api/sync/digest", "answers count and hash of scopes, to find one that differs", "device"},
	{"POST", "/api/sync/replayed", "closes a replay after the server's history began anew", "device"},
	{"GET", "/api/sync/conflicts", "lists the conflicts that the user may settle", "user"},
	{"POST", "/api/sync/conflicts/{id}", "settles a conflict with a value that a person chose", "user"},
	{"GET", "/api/sync/refusals", "lists refused mutations that the user may correct", "user"},
	{"POST", "/api/sync/refusals/{id}", "corrects a refused mutation and sends it again, or withdraws it", "user"},
}
