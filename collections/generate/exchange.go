package main

import (
	"reflect"

	contract "holdfast/mobile-contract"
)

// ReplayedAnswer says in which history the replay was closed.
type ReplayedAnswer struct {
	Epoch      string `json:"epoch"`
	ServerTime string `json:"server_time"`
}

// OpenList has the open conflicts or refusals that the caller may see, at most 500,
// the newest first.
type OpenList struct {
	Items []KeptRecord `json:"items"`
}

// KeptRecord is a conflict or a refusal as PocketBase's own REST doors show it: the
// record's fields with id, collectionId and collectionName.
type KeptRecord map[string]any

// messages are the wire's types, in the order of their use.
var messages = []reflect.Type{
	reflect.TypeFor[contract.DeviceRequest](),
	reflect.TypeFor[contract.DeviceAnswer](),
	reflect.TypeFor[contract.RefreshRequest](),
	reflect.TypeFor[contract.WipedRequest](),
	reflect.TypeFor[contract.WipedAnswer](),
	reflect.TypeFor[contract.StatusAnswer](),
	reflect.TypeFor[contract.PullRequest](),
	reflect.TypeFor[contract.PullAnswer](),
	reflect.TypeFor[contract.Change](),
	reflect.TypeFor[contract.StreamLine](),
	reflect.TypeFor[contract.Digest](),
	reflect.TypeFor[contract.PushRequest](),
	reflect.TypeFor[contract.Mutation](),
	reflect.TypeFor[contract.PushAnswer](),
	reflect.TypeFor[contract.Result](),
	reflect.TypeFor[contract.FieldProblem](),
	reflect.TypeFor[contract.DigestRequest](),
	reflect.TypeFor[contract.DigestAnswer](),
	reflect.TypeFor[contract.ReplayedRequest](),
	reflect.TypeFor[ReplayedAnswer](),
	reflect.TypeFor[OpenList](),
	reflect.TypeFor[KeptRecord](),
	reflect.TypeFor[contract.SettleRequest](),
	reflect.TypeFor[contract.ResendRequest](),
}

// exchange is what goes over one endpoint: the type asked with, the types
// answered, and the codes that a caller must expect beside those of its token.
type exchange struct {
	ask     string
	answers []string // more than one: either
	streams []string // the lines of the answer as NDJSON
	codes   []contract.Code
}

var position = []contract.Code{contract.PositionForged, contract.PositionUser, contract.PositionDevice, contract.PositionEpoch}

// corrected are the reasons why a corrected mutation can be refused once more.
var corrected = []contract.Code{
	contract.NotFound, contract.NotAllowed, contract.RefusedNotFound, contract.RefusedDeleted, contract.RefusedOrphan, contract.RefusedAppendOnly,
	contract.RefusedUnknownCollection, contract.RefusedUnknownField, contract.RefusedWrongType, contract.RefusedServerOwned, contract.RefusedInvalid,
}

// exchanges says for every endpoint of the contract what goes over it.
var exchanges = map[string]exchange{
	"POST /api/sync/devices":         {ask: "DeviceRequest", answers: []string{"DeviceAnswer"}},
	"POST /api/sync/devices/refresh": {ask: "RefreshRequest", answers: []string{"DeviceAnswer"}, codes: []contract.Code{contract.DeviceEnded, contract.DeviceLocked, contract.DeviceWipe}},
	"POST /api/sync/devices/wiped":   {ask: "WipedRequest", answers: []string{"WipedAnswer"}, codes: []contract.Code{contract.ReceiptBad}},
	"GET /api/sync/status":           {answers: []string{"StatusAnswer"}},
	"POST /api/sync/pull":            {ask: "PullRequest", answers: []string{"PullAnswer"}, streams: []string{"Change", "StreamLine"}, codes: append(position, contract.PositionOld, contract.ContractOld)},
	"POST /api/sync/push":            {ask: "PushRequest", answers: []string{"PushAnswer"}, codes: []contract.Code{contract.Busy}},
	"POST /api/sync/digest":          {ask: "DigestRequest", answers: []string{"DigestAnswer"}, codes: position},
	"POST /api/sync/replayed":        {ask: "ReplayedRequest", answers: []string{"ReplayedAnswer"}},
	"GET /api/sync/conflicts":        {answers: []string{"OpenList"}},
	"POST /api/sync/conflicts/{id}":  {ask: "SettleRequest", answers: []string{"KeptRecord"}, codes: corrected},
	"GET /api/sync/refusals":         {answers: []string{"OpenList"}},
	"POST /api/sync/refusals/{id}":   {ask: "ResendRequest", answers: []string{"Result", "KeptRecord"}, codes: corrected},
}

// believed are the codes that a token of each kind can meet.
var believed = map[string][]contract.Code{
	"none":   nil,
	"user":   {contract.Unauthorised, contract.TokenExpired, contract.DeviceEnded, contract.DeviceLocked, contract.DeviceWipe},
	"device": {contract.Unauthorised, contract.TokenExpired, contract.DeviceNeeded, contract.DeviceEnded, contract.DeviceLocked, contract.DeviceWipe},
}
