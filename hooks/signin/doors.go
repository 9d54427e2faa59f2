package signin

// Doors are PocketBase's own routes by which somebody becomes somebody, and some more: who
// comes by one of them is a guest yet.
func Doors(more ...string) map[string]bool {
	of := map[string]bool{"GET /api/collections/{collection}/auth-methods": true}
	for _, act := range []string{
		"auth-with-password", "auth-with-otp", "request-otp", "request-password-reset", "confirm-password-reset",
		"request-verification", "confirm-verification", "confirm-email-change",
	} {
		of["POST /api/collections/{collection}/"+act] = true
	}
	for _, route := range more {
		of[route] = true
	}
	return of
}
