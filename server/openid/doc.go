// Package openid lets somebody's phone sign in with their organisation's own account,
// where the area configured its identity provider.
//
// Why the phone asks the provider itself (RFC 8252), and brings what it was given: nobody
// should type their council's password into anything but their council's page.
package openid
