// Package signing holds the server's keys: what it signs here is what it believes
// later (a device's access token, a position, a receipt).
//
// Why the keys lie in the data database: a server restored from a backup must
// still believe the positions and receipts it gave, or no phone could heal it.
package signing
