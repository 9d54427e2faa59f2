// Package signin is how somebody comes in and how that ends: passwords, second factors, sessions
// and their tokens, tries that failed and are counted.
package signin
