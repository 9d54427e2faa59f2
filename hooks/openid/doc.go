// Package openid asks an area's own identity provider who somebody is (OpenID Connect),
// and finds their account here.
//
// Why an account must be there already: who may see a family is decided here, not in a
// directory of a council's. The provider says only that this is the person.
//
// Why the provider is looked up when somebody first needs it: a server must start, and
// passwords must work, on the morning on which the council's directory does not.
package openid
