// Command server is the house with its doors open: it wires the rooms to
// PocketBase and serves them.
//
//	go run ./server serve --demo     a filled Fellmoor on 127.0.0.1:8090
//	go run ./server serve            an empty, locked server
//	go run ./server superuser …      makes the operators; asks for their passwords
//	go run ./server keys …           the key ring: list, rotate, revoke, new
//	go run ./server repair           puts collections, rules and indexes back as they belong
//	go run ./server verify           storage against rows, byte by byte, read-only
//	go run ./server verify-bundle F  an exported bundle against a public key, offline
//	go run ./server tour             walks the first thread through a running demo
package main
