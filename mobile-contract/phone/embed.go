// Package phone is the reference app: a day's work with families, on a phone in a stairwell
// without signal and at a desk. Its source lies beside this file, in TypeScript; make builds
// it into built/, which is never committed, and a server that was built without it serves a
// page that says what is missing.
//
// Why it lies with the contract: it is what a client's author reads after the client itself,
// and needs nothing but this folder. It has no door of its own to the server: whatever it
// reads and writes goes by the client in ts/ and the contract.
//
// Why an address in it says nothing: browsers keep addresses, and who stands behind a worker
// reads them. Families are named in it by an id that means nothing outside the device, and
// titles come from a fixed list.
//
// Why what was recorded is drawn from rows by functions and not by the screens: whether
// "nothing is waiting" is true is then asked in tests, without a browser.
package phone

import "embed"

// Built is the app as make has built it: main.js and what lies beside it. Without make it
// holds a README alone.
//
//go:embed all:built
var Built embed.FS
