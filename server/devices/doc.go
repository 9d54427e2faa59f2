// Package devices is the door that phones come through: registering one, the
// tokens that are bound to it, and what the server believes of a request.
//
// Why tokens of our own: PocketBase's know no device and can be renewed for ever; a lost
// phone must be stopped alone, at its next call. An access token lives ten minutes; its
// refresh token renews it and shows when it was copied. PocketBase's own opens a user's
// account and the registering of a phone, shortly after they signed in, and nothing else:
// the doors that it opens are listed (doors.go), so that a new one is shut.
//
// Why proofs: whoever copies a token from a phone has it for its ten minutes, or, with
// the refresh token, until the phone is missed. Where a phone proves with each request
// that it holds its key (RFC 9449), a copy is worth nothing. What shows that a proof is
// fresh is the server's nonce, since phones' clocks are wrong. It is our own reading of
// the RFC on the library that reads our tokens: what takes thought is the nonce and what
// is remembered with it, which a library leaves to its caller.
//
// Why a wiped device signs with its own key: its tokens are dead by then, and a word
// that anybody could have sent is no proof that a family's file has left a lost phone.
package devices
