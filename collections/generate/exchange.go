package main

import (
	"reflect"
	"slices"

	contract "holdfast/mobile-contract"
)

// OpenList has the open conflicts or refusals that the caller may see, at most 500,
// the newest first.
type OpenList struct {
	Items []KeptRecord `json:"items"`
}

// KeptRecord is a conflict or a refusal as PocketBase's own REST doors show it: the
// record's fields with id, collectionId and collectionName.
type KeptRecord map[string]any

// messages are the wire's types, in the order of their use, and after them what those
// are made of.
var messages = reachable([]reflect.Type{
	reflect.TypeFor[contract.FactorsRequest](),
	reflect.TypeFor[contract.FactorsAnswer](),
	reflect.TypeFor[contract.FactorRequest](),
	reflect.TypeFor[contract.SignInAnswer](),
	reflect.TypeFor[contract.DeviceRequest](),
	reflect.TypeFor[contract.DeviceAnswer](),
	reflect.TypeFor[contract.StreamTokenAnswer](),
	reflect.TypeFor[contract.OrganisationAnswer](),
	reflect.TypeFor[contract.OrganisationRequest](),
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
	reflect.TypeFor[contract.Versions](),
	reflect.TypeFor[contract.Who](),
	reflect.TypeFor[contract.DeviceUpdate](),
	reflect.TypeFor[contract.ContractAnswer](),
	reflect.TypeFor[contract.Served](),
	reflect.TypeFor[contract.Limits](),
	reflect.TypeFor[contract.CollectionTerm](),
	reflect.TypeFor[contract.VerdictSentence](),
	reflect.TypeFor[contract.ErrorTerm](),
	reflect.TypeFor[contract.FieldCode](),
	reflect.TypeFor[contract.EstimateRequest](),
	reflect.TypeFor[contract.EstimateAnswer](),
	reflect.TypeFor[contract.Amount](),
	reflect.TypeFor[contract.DigestRequest](),
	reflect.TypeFor[contract.DigestAnswer](),
	reflect.TypeFor[contract.ReplayedRequest](),
	reflect.TypeFor[contract.ReplayedAnswer](),
	reflect.TypeFor[OpenList](),
	reflect.TypeFor[KeptRecord](),
	reflect.TypeFor[contract.SettleRequest](),
	reflect.TypeFor[contract.Standing](),
	reflect.TypeFor[contract.ResendRequest](),
	reflect.TypeFor[contract.ChronologyAnswer](),
	reflect.TypeFor[contract.ChronologyRow](),
	reflect.TypeFor[contract.Named](),
	reflect.TypeFor[contract.PatternsAnswer](),
	reflect.TypeFor[contract.ChronologyPattern](),
	reflect.TypeFor[contract.ChronologyRef](),
	reflect.TypeFor[contract.InvolvementAnswer](),
	reflect.TypeFor[contract.InvolvedAgency](),
	reflect.TypeFor[contract.ReceiptAnswer](),
	reflect.TypeFor[contract.LinkRequest](),
	reflect.TypeFor[contract.LinkAnswer](),
	reflect.TypeFor[contract.BundleRequest](),
	reflect.TypeFor[contract.KeysAnswer](),
	reflect.TypeFor[contract.PublicKey](),
	reflect.TypeFor[StockRecord](),
	reflect.TypeFor[StockError](),
	reflect.TypeFor[PasswordRequest](),
	reflect.TypeFor[SecondNeeded](),
	reflect.TypeFor[CodeRequest](),
	reflect.TypeFor[CodeAnswer](),
	reflect.TypeFor[CodeSignIn](),
	reflect.TypeFor[ResetRequest](),
	reflect.TypeFor[NewPassword](),
	reflect.TypeFor[RecordPage](),
	reflect.TypeFor[BatchRequest](),
	reflect.TypeFor[BatchPart](),
	reflect.TypeFor[BatchResult](),
	reflect.TypeFor[ListenRequest](),
	reflect.TypeFor[SignInWays](),
})

// reachable are these types and every named one in them: what a message is made of is
// published too, whoever forgot to say so.
func reachable(types []reflect.Type) []reflect.Type {
	for i := 0; i < len(types); i++ {
		types = parts(types[i], types)
	}
	return types
}

func parts(t reflect.Type, known []reflect.Type) []reflect.Type {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return named(t.Elem(), known)
	case reflect.Struct:
		for _, f := range reflect.VisibleFields(t) {
			known = named(f.Type, known)
		}
	}
	return known
}

func named(t reflect.Type, known []reflect.Type) []reflect.Type {
	switch {
	case t.Name() == "" || t.Kind() == reflect.Slice:
		return parts(t, known)
	case t.Kind() == reflect.Struct && !slices.Contains(known, t):
		return append(known, t)
	}
	return known
}

// exchange is what goes over one endpoint: the type asked with, the types
// answered, and the codes that a caller must expect beside those of its token.
type exchange struct {
	ask     string
	answers []string // more than one: either
	streams []string // the lines of the answer as NDJSON
	codes   []contract.Code
	query   []string        // members of the question, all optional
	takes   string          // the media type of a body that is no JSON
	gives   string          // the media type of an answer that is no JSON
	silent  bool            // an answer without a body
	status  int             // of the answer, when it is not 200
	partial bool            // a file, which also goes in a range
	spares  []contract.Code // of those that a token can meet: M6
	hears   []string        // headers of the request, all optional
	says    []string        // headers of the answer

	// Of PocketBase's own doors (beside.go).
	lists    string         // the answer is a list of these
	also     map[int]string // what is answered otherwise, by status
	fails    []int          // statuses of a StockError
	bodiless bool           // it takes no body, whatever its method
}

// file is what goes over where a file is delivered.
func file(kind string, codes ...contract.Code) exchange {
	return exchange{
		gives: kind, partial: true, hears: []string{"Range", "If-Range", "If-None-Match"}, says: []string{"ETag", "Content-Disposition"},
		codes: slices.Concat(ofFile, codes, []contract.Code{contract.RangeBad}),
	}
}

// bytesKept is what an upload answers of where it stands.
var bytesKept = []string{"Tus-Resumable", "Upload-Offset", "Upload-Expires", contract.ReceiptHeader}

// unchanged asks for nothing where nothing has changed.
var unchanged = []string{"If-None-Match"}

// filters are what a chronology can be asked for.
var filters = []string{"child", "kind", "agency", "tag", "impact", "from", "until", "order"}

// voiced are what a child's own words can be asked for by.
var voiced = []string{"child", "from", "until", "order"}

var position = []contract.Code{contract.PositionForged, contract.PositionUser, contract.PositionDevice, contract.PositionEpoch}

// corrected are the reasons why a corrected mutation can be refused once more.
var corrected = []contract.Code{
	contract.NotFound, contract.NotAllowed, contract.RefusedNotFound, contract.RefusedDeleted, contract.RefusedOrphan, contract.RefusedAppendOnly,
	contract.RefusedUnknownCollection, contract.RefusedUnknownField, contract.RefusedWrongType, contract.RefusedServerOwned, contract.RefusedInvalid,
	contract.MovedOn, contract.AlreadySettled, contract.RefusedIDReused,
}

// tusBytes is how bytes travel in tus.
const tusBytes = "application/offset+octet-stream"

// Codes of the byte lane, by what is asked of it.
var (
	ofLane  = []contract.Code{contract.TusVersion, contract.NotFound, contract.UploadLocked, contract.UploadEnded, contract.Quarantined}
	ofBytes = append(ofLane, contract.Malformed, contract.TooLarge, contract.UploadMedia, contract.UploadOffset, contract.AlreadySealed,
		contract.ChecksumMismatch, contract.Busy, contract.DiskFull)
	ofFile = []contract.Code{contract.NotFound, contract.NotSealed, contract.BeingScanned, contract.Disposed}
)

// exchanges says for every endpoint of the contract what goes over it.
var exchanges = map[string]exchange{
	"GET /api/sign-in/organisation":                     {answers: []string{"OrganisationAnswer"}, codes: []contract.Code{contract.NotFound}},
	"POST /api/sign-in/organisation":                    {ask: "OrganisationRequest", gives: "application/json", codes: []contract.Code{contract.NotFound, contract.Unauthorised, contract.ProviderAway, contract.NoAccount}},
	"POST /api/sign-in/factors":                         {ask: "FactorsRequest", answers: []string{"FactorsAnswer"}, codes: []contract.Code{contract.FactorWrong, contract.FactorNeeded}},
	"POST /api/sign-in/factor":                          {ask: "FactorRequest", answers: []string{"SignInAnswer"}, codes: []contract.Code{contract.FactorWrong, contract.FactorNeeded, contract.TooManyTries}},
	"POST /api/sync/devices":                            {ask: "DeviceRequest", answers: []string{"DeviceAnswer"}},
	"PATCH /api/sync/devices":                           {ask: "DeviceUpdate", answers: []string{"StatusAnswer"}},
	"GET /api/sync/contract":                            {answers: []string{"ContractAnswer"}, hears: unchanged, says: tagged},
	"POST /api/sync/estimate":                           {ask: "EstimateRequest", answers: []string{"EstimateAnswer"}, codes: position},
	"DELETE /api/sync/devices":                          {silent: true, status: 204},
	"POST /api/sync/devices/refresh":                    {ask: "RefreshRequest", answers: []string{"DeviceAnswer"}, codes: []contract.Code{contract.DeviceEnded, contract.DeviceLocked, contract.DeviceWipe, contract.KeyNeeded, contract.NonceNeeded, contract.ProofBad}},
	"POST /api/sync/devices/stream":                     {answers: []string{"StreamTokenAnswer"}, bodiless: true},
	"POST /sync/stream":                                 {takes: "application/json", gives: "application/x-ndjson", codes: []contract.Code{contract.Malformed, contract.TooLarge, contract.ContractOld}},
	"GET /write-checkpoint2.json":                       {gives: "application/json", query: []string{"client_id"}},
	"POST /sync/checkpoint-request":                     {takes: "application/json", gives: "application/json", codes: []contract.Code{contract.Malformed, contract.TooLarge}},
	"POST /api/sync/devices/wiped":                      {ask: "WipedRequest", answers: []string{"WipedAnswer"}, codes: []contract.Code{contract.ReceiptBad}},
	"GET /api/sync/status":                              {answers: []string{"StatusAnswer"}, query: []string{"history"}, spares: []contract.Code{contract.DeviceLocked, contract.DeviceWipe}},
	"POST /api/sync/pull":                               {ask: "PullRequest", answers: []string{"PullAnswer"}, streams: []string{"Change", "StreamLine"}, codes: append(position, contract.PositionOld, contract.ContractOld)},
	"POST /api/sync/push":                               {ask: "PushRequest", answers: []string{"PushAnswer"}, codes: []contract.Code{contract.Busy, contract.PositionEpoch}},
	"POST /api/sync/digest":                             {ask: "DigestRequest", answers: []string{"DigestAnswer"}, codes: position},
	"POST /api/sync/replayed":                           {ask: "ReplayedRequest", answers: []string{"ReplayedAnswer"}, codes: []contract.Code{contract.PositionEpoch}},
	"GET /api/sync/conflicts":                           {answers: []string{"OpenList"}},
	"POST /api/sync/conflicts/{id}":                     {ask: "SettleRequest", answers: []string{"KeptRecord"}, codes: corrected},
	"GET /api/sync/refusals":                            {answers: []string{"OpenList"}},
	"POST /api/sync/refusals/{id}":                      {ask: "ResendRequest", answers: []string{"Result", "KeptRecord"}, codes: corrected},
	"GET /api/cases/{id}/chronology":                    {answers: []string{"ChronologyAnswer"}, query: append([]string{"after", "limit"}, filters...), hears: unchanged, says: tagged, codes: unread},
	"GET /api/cases/{id}/chronology/patterns":           {answers: []string{"PatternsAnswer"}, query: filters, hears: unchanged, says: tagged, codes: unread},
	"GET /api/cases/{id}/chronology/csv":                {gives: "text/csv", query: filters, hears: unchanged, says: []string{"ETag", "Content-Disposition"}, codes: unread},
	"GET /api/cases/{id}/chronology/html":               {gives: "text/html", query: filters, hears: unchanged, says: tagged, codes: unread},
	"GET /api/cases/{id}/chronology/voice":              {answers: []string{"ChronologyAnswer"}, query: voiced, hears: unchanged, says: tagged, codes: unread},
	"GET /api/cases/{id}/chronology/voice/html":         {gives: "text/html", query: voiced, hears: unchanged, says: tagged, codes: unread},
	"POST /api/cases/{id}/children/{child}/involvement": {answers: []string{"InvolvementAnswer"}, bodiless: true, codes: []contract.Code{contract.NotFound, contract.AskedOften}},
	"GET /api/letters/{id}/html":                        {gives: "text/html", codes: []contract.Code{contract.NotFound, contract.LetterOne}},
	"GET /api/letters/{id}/pdf":                         {gives: "application/pdf", says: []string{"ETag", "Letter-Bytes"}, codes: []contract.Code{contract.NotFound, contract.LetterOne, contract.LetterNotReady}},

	"POST /api/uploads": {takes: tusBytes, silent: true, status: 201, hears: []string{"Upload-Checksum"}, says: append(bytesKept, "Location"), codes: []contract.Code{
		contract.TusVersion, contract.NotFound, contract.Malformed, contract.TooLarge, contract.UploadLength, contract.AlreadySealed, contract.Quarantined,
		contract.UploadQuota, contract.ChecksumMismatch, contract.Busy, contract.DiskFull,
	}},
	"HEAD /api/uploads/{id}":               {silent: true, says: append(bytesKept, "Upload-Length", "Upload-Metadata"), codes: ofLane},
	"PATCH /api/uploads/{id}":              {takes: tusBytes, silent: true, status: 204, hears: []string{"Upload-Checksum"}, says: bytesKept, codes: ofBytes},
	"DELETE /api/uploads/{id}":             {silent: true, status: 204, says: bytesKept[:1], codes: ofLane},
	"POST /api/uploads/{id}":               {takes: tusBytes, silent: true, status: 204, hears: []string{"Upload-Checksum", "Upload-Offset"}, says: bytesKept, codes: ofBytes},
	"GET /api/evidence/{id}/receipt":       {answers: []string{"ReceiptAnswer"}, says: []string{contract.ReceiptHeader}, codes: []contract.Code{contract.NotFound, contract.NotSealed}},
	"GET /api/evidence/{id}/original":      file("*/*"),
	"GET /api/evidence/{id}/preview":       file("image/jpeg", contract.NoPreview),
	"GET /api/evidence/{id}/copies/{copy}": file("image/jpeg"),
	"POST /api/evidence/{id}/links":        {ask: "LinkRequest", answers: []string{"LinkAnswer"}, codes: ofFile},
	"POST /api/evidence/bundles":           {ask: "BundleRequest", gives: "application/zip", says: []string{contract.BundleHeader, "Content-Disposition"}, codes: []contract.Code{contract.NotFound, contract.NotAllowed}},
	"GET /api/keys":                        {answers: []string{"KeysAnswer"}},
}

var unread = []contract.Code{contract.NotFound, contract.Malformed}

// believed are the codes that a token of each kind can meet.
var believed = map[string][]contract.Code{
	"none":    {contract.Unauthorised}, // a token that is sent and is not good
	"account": nil,                     // PocketBase's own doors say StockError
	"sign_in": {contract.Unauthorised, contract.SignInNeeded, contract.KeyNeeded, contract.NonceNeeded, contract.ProofBad, contract.DevicesMany},
	"device": {contract.Unauthorised, contract.TokenExpired, contract.DeviceNeeded, contract.DeviceEnded, contract.DeviceLocked, contract.DeviceWipe,
		contract.KeyNeeded, contract.NonceNeeded, contract.ProofBad, contract.Busy},
}
