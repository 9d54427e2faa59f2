// Package demotest gives a test its own Fellmoor: a filled store, the hooks bound,
// and, when asked, a real server on loopback.
package demotest
