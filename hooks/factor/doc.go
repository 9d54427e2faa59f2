// Package factor keeps what an account shows besides its password: an authenticator
// app's codes (TOTP, RFC 6238), passkeys (WebAuthn) and recovery codes, for workers'
// accounts and superusers' alike. It judges them; who may add, remove or reset one, and
// who must have one, is said by the hooks above it.
//
// Why tables of its own and not nouns: no rule, view, filter or phone reaches them.
// What they hold is sealed with a key of the server's that is bound to this purpose and
// to the account, so that a copied database signs nobody in, and a row that is changed
// or moved to another account opens nothing.
//
// Why one place judges (Take): of two that come at once with the same code one is let
// in, and whoever guesses is slowed by account, whichever door they use.
package factor
