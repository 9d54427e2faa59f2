package contract

// Headers of the house's own.
const (
	ReceiptHeader = "Holdfast-Receipt"  // the signed receipt of what was received
	BundleHeader  = "Holdfast-Bundle"   // what a bundle is called in the custody of what is in it
	LeftOutHeader = "Holdfast-Left-Out" // the topics that were not taken
)

// Beside are the doors that a client uses and that are not the contract's own: those of
// PocketBase, as they behave here, and what tus asks of a server. Their errors need not
// have a code: a client then decides by the status (M91).
var Beside = []Endpoint{
	{"GET", "/api/collections/users/auth-methods", "tells which ways of signing in there are", "none"},
	{"POST", "/api/collections/users/auth-with-password", "signs somebody in, or asks for a second factor", "none"},
	{"POST", "/api/collections/users/request-otp", "mails a code to somebody who signs in", "none"},
	{"POST", "/api/collections/users/auth-with-otp", "takes a mailed code, as the second step of signing in", "none"},
	{"POST", "/api/collections/users/auth-refresh", "answers the account that the token is of; a phone's token comes back as it was, and is renewed by POST /api/sync/devices/refresh alone", "account"},
	{"POST", "/api/collections/users/request-password-reset", "mails a link to choose a new password", "none"},
	{"POST", "/api/collections/users/confirm-password-reset", "sets the new password with the token of that link; every phone of the account ends", "none"},
	{"GET", "/api/collections/{collection}/records", "lists records that the caller may see", "device"},
	{"POST", "/api/collections/{collection}/records", "creates a record", "device"},
	{"GET", "/api/collections/{collection}/records/{id}", "reads one record", "device"},
	{"PATCH", "/api/collections/{collection}/records/{id}", "changes a record", "device"},
	{"DELETE", "/api/collections/{collection}/records/{id}", "deletes a record", "device"},
	{"POST", "/api/batch", "does up to 50 creates, changes and deletes, all or none", "device"},
	{"GET", "/api/realtime", "opens the lane on which a phone hears that there is news (server-sent events)", "none"},
	{"POST", "/api/realtime", "says who listens on that lane, and to what", "device"},
	{"OPTIONS", "/api/uploads", "tells what of tus this server speaks", "none"},
}
