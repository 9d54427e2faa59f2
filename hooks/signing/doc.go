// Package signing holds the server's key ring: what it signs here is what it believes
// later (a device's access token, a position, a receipt), with one key a purpose, each
// with a name, an age and an end.
//
// Why the ring lies in a file beside the database and not in it: whoever has the database
// (a backup, a copy on a laptop, a superuser with a view over an inner table) would be
// the server to every phone, and every receipt would be worth nothing. The database says
// only which ring is its own. A database restored onto its own machine finds its ring
// there and goes on believing the positions and receipts it gave; on another machine the
// ring is brought along by another way than the backup, and a server that does not find
// it says so and does not start.
//
// Why a retired key goes on being believed: phones' positions and refresh tokens, and
// receipts in people's hands, outlive every rotation. What must not, is revoked.
//
// Why a running server looks at the file each minute: signals do not exist everywhere,
// and a minute is no longer than the life of anything that a lost key could forge.
package signing
