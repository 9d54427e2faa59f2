// Package contract is what the server promises a phone: the messages of the wire,
// the closed list of errors, the endpoints and the documents that describe them.
//
// Why the standard library only: a contract that needs a framework to be read is
// no contract. Whoever writes a client reads this folder and nothing else.
package contract
