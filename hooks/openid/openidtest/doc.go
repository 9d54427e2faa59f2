// Package openidtest runs a real identity provider on loopback, by somebody else's
// library, for tests of signing in with an organisation's account.
package openidtest
