package contract

import (
	"embed"
	"encoding/json"
)

// Records are the published schemas of the records, schema/records/NAME.json each.
//
//go:embed schema/records/*.json
var Records embed.FS

// ContractAnswer is the contract as the server serves it, for the user who asks.
type ContractAnswer struct {
	Contract    Served                    `json:"contract"`
	Limits      Limits                    `json:"limits"`
	Collections map[string]CollectionTerm `json:"collections"`
	Verdicts    []VerdictSentence         `json:"verdicts"` // what is shown of a mutation
	Errors      []ErrorTerm               `json:"errors"`   // of an answer, and of a refused mutation
	FieldCodes  []FieldCode               `json:"field_codes"`
}

// Served are the versions that a server serves.
type Served struct {
	Version int `json:"version"`
	Oldest  int `json:"oldest"`
}

// CollectionTerm is one collection: its record as published, and who may write.
type CollectionTerm struct {
	Schema json.RawMessage `json:"schema"` // schema/records/NAME.json
	Create string          `json:"create"` // never: this user's roles do not allow it; always; depends: on the record, and the server says when it comes
	Update string          `json:"update"`
	Delete string          `json:"delete"`
}

// What a user may do to a collection's records, as far as can be said without one.
const (
	MayNever   = "never"
	MayDepends = "depends"
	MayAlways  = "always"
)

// ErrorTerm is one entry of the catalogue of errors.
type ErrorTerm struct {
	Code   string `json:"code"`
	Status int    `json:"status"` // of HTTP; 0 for the reason of a refused mutation
	Retry  bool   `json:"retry"`  // the same request may succeed later, unchanged
	Title  string `json:"title"`
	Welsh  string `json:"welsh"`
}

// ErrorTerms are the catalogue's entries.
func ErrorTerms() []ErrorTerm {
	out := make([]ErrorTerm, len(Problems))
	for i, p := range Problems {
		out[i] = ErrorTerm{string(p.Code), p.Status, p.Retry, p.Title, p.Welsh()}
	}
	return out
}

// Limits are the numbers of SPEC.md's table, and the days that things are kept.
type Limits struct {
	Mutations     int `json:"mutations"`     // in a push
	PushBytes     int `json:"push_bytes"`    // of a push
	RequestBytes  int `json:"request_bytes"` // of any other request
	DeviceBytes   int `json:"device_bytes"`  // of one to devices
	DefaultPage   int `json:"default_page"`  // entries, when none are named
	Page          int `json:"page"`          // entries
	Collections   int `json:"collections"`   // in a pull
	First         int `json:"first"`         // collections
	Repair        int `json:"repair"`        // scopes
	DigestScopes  int `json:"digest_scopes"` // in one question
	Name          int `json:"name"`          // characters of a group's, a collection's, a scope's
	HeldDays      int `json:"held_days"`
	TombstoneDays int `json:"tombstone_days"`
	GoodFaithDays int `json:"good_faith_days"`
}

// PresentLimits are this build's.
var PresentLimits = Limits{
	Mutations: MaxMutations, PushBytes: MaxPushBytes, RequestBytes: MaxPullBytes, DeviceBytes: MaxDeviceBytes,
	DefaultPage: DefaultLimit, Page: MaxLimit, Collections: 128, First: 32, Repair: 64, DigestScopes: 1000, Name: 64,
	HeldDays: HeldDays, TombstoneDays: TombstoneDays, GoodFaithDays: GoodFaithDays,
}
