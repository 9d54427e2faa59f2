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
	{"GET", "/api/sync/status", "answers time, versions, device state and policy", "device"},
	{"POST", "/api/sync/pull", "delivers what changed since a position", "device"},
	{"POST", "/api/sync/push", "takes mutations and answers a verdict for each", "device"},
}
