// Package second is the door of the second step of signing in for phones and other
// programs: after PocketBase's own sign-in has answered 401 with an mfaId it says what the
// account can show, takes it, and answers as PocketBase's sign-in would have.
//
// Why a door of our own: PocketBase knows a password, a mailed code and another server's
// word, and takes any two for two factors. A mailbox that resets the password is one.
package second
