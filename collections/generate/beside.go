package main

import (
	contract "holdfast/mobile-contract"
)

// StockRecord is a record as PocketBase's own doors show it: the record's fields
// (schema/records) with id, collectionId, collectionName and, where it syncs, its rev.
type StockRecord map[string]any

// StockError is an error of PocketBase's own doors: data has a code of the contract's, or
// what is wrong with which field, or nothing. Decide by the status where there is no code.
type StockError struct {
	Status  int            `json:"status"`
	Message string         `json:"message"` // for a person; it may change
	Data    map[string]any `json:"data"`
}

// PasswordRequest signs somebody in.
type PasswordRequest struct {
	Identity string `json:"identity" validate:"required"` // an email address
	Password string `json:"password" validate:"required"`
}

// SecondNeeded says that the password was right and is not enough: go on at POST
// /api/sign-in/factors.
type SecondNeeded struct {
	MFA string `json:"mfaId"`
}

// CodeRequest asks for a code by mail.
type CodeRequest struct {
	Email string `json:"email" validate:"required"`
}

// CodeAnswer names the code that was mailed; an unknown address is answered alike.
type CodeAnswer struct {
	OTP string `json:"otpId"`
}

// CodeSignIn takes a mailed code. Alone it signs nobody in: mfaId is what the password was
// answered with, here or in the query.
type CodeSignIn struct {
	OTP      string `json:"otpId" validate:"required"`
	Password string `json:"password" validate:"required"` // the code
	MFA      string `json:"mfaId,omitempty"`
}

// ResetRequest asks for the link by which a new password is chosen. Every address is
// answered alike.
type ResetRequest struct {
	Email string `json:"email" validate:"required"`
}

// NewPassword sets a password, with the token of the link.
type NewPassword struct {
	Token    string `json:"token" validate:"required"`
	Password string `json:"password" validate:"required,min=12"`
	Again    string `json:"passwordConfirm" validate:"required"`
}

// RecordPage is one page of a list.
type RecordPage struct {
	Page       int           `json:"page"`
	PerPage    int           `json:"perPage"`
	TotalItems int           `json:"totalItems"` // -1 when skipTotal was asked
	TotalPages int           `json:"totalPages"`
	Items      []StockRecord `json:"items"`
}

// BatchRequest is several writes that stand or fall together.
type BatchRequest struct {
	Requests []BatchPart `json:"requests" validate:"required,min=1,max=50"`
}

// BatchPart is one of them.
type BatchPart struct {
	Method  string            `json:"method" validate:"required,oneof=POST PUT PATCH DELETE"` // PUT creates or changes, by the id in its body
	URL     string            `json:"url" validate:"required"`                                // /api/collections/…/records or …/records/{id}
	Headers map[string]string `json:"headers,omitempty"`                                      // If-Match is read
	Body    map[string]any    `json:"body,omitempty"`
}

// BatchResult is how one of them was answered.
type BatchResult struct {
	Status int          `json:"status"`
	Body   *StockRecord `json:"body"` // null after a delete
}

// ListenRequest says to what the lane that clientId names listens. It is sent anew each
// time the lane was opened anew.
type ListenRequest struct {
	Client        string   `json:"clientId" validate:"required"`
	Subscriptions []string `json:"subscriptions"` // sync, and PB_CONNECT; others are left out and named in Holdfast-Left-Out
}

// SignInWays are the ways of signing in that PocketBase knows of.
type SignInWays map[string]any

var (
	asked  = []string{"page", "perPage", "sort", "filter", "expand", "fields", "skipTotal"}
	tagged = []string{"ETag"}
)

// besides says what goes over the doors that are PocketBase's.
var besides = map[string]exchange{
	"GET /api/collections/users/auth-methods":            {answers: []string{"SignInWays"}},
	"POST /api/collections/users/auth-with-password":     {ask: "PasswordRequest", answers: []string{"SignInAnswer"}, also: map[int]string{401: "SecondNeeded"}, fails: []int{400, 429, 503}},
	"POST /api/collections/users/request-otp":            {ask: "CodeRequest", answers: []string{"CodeAnswer"}, fails: []int{400, 429}},
	"POST /api/collections/users/auth-with-otp":          {ask: "CodeSignIn", answers: []string{"SignInAnswer"}, query: []string{"mfaId"}, fails: []int{400, 401, 403, 429}},
	"POST /api/collections/users/auth-refresh":           {answers: []string{"SignInAnswer"}, bodiless: true, fails: []int{401, 403}},
	"POST /api/collections/users/request-password-reset": {ask: "ResetRequest", silent: true, status: 204, fails: []int{400, 429}},
	"POST /api/collections/users/confirm-password-reset": {ask: "NewPassword", silent: true, status: 204, fails: []int{400, 429}},
	"GET /api/collections/{collection}/records":          {answers: []string{"RecordPage"}, query: asked, fails: []int{400, 401, 403, 404, 413, 429, 503}},
	"POST /api/collections/{collection}/records":         {ask: "StockRecord", answers: []string{"StockRecord"}, says: tagged, fails: []int{400, 401, 403, 404, 413, 429}},
	"GET /api/collections/{collection}/records/{id}":     {answers: []string{"StockRecord"}, query: []string{"expand", "fields"}, says: tagged, fails: []int{400, 401, 403, 404, 429}},
	"PATCH /api/collections/{collection}/records/{id}":   {ask: "StockRecord", answers: []string{"StockRecord"}, hears: []string{"If-Match"}, says: tagged, fails: []int{400, 401, 403, 404, 412, 413, 429}},
	"DELETE /api/collections/{collection}/records/{id}":  {silent: true, status: 204, hears: []string{"If-Match"}, fails: []int{400, 401, 403, 404, 412, 429}},
	"POST /api/batch":      {ask: "BatchRequest", lists: "BatchResult", fails: []int{400, 401, 403, 413, 429}},
	"GET /api/realtime":    {gives: "text/event-stream", fails: []int{401}},
	"POST /api/realtime":   {ask: "ListenRequest", silent: true, status: 204, says: []string{contract.LeftOutHeader}, fails: []int{400, 401, 403, 404}},
	"OPTIONS /api/uploads": {silent: true, status: 204, says: []string{"Tus-Resumable", "Tus-Version", "Tus-Extension", "Tus-Checksum-Algorithm", "Tus-Max-Size"}, fails: []int{404}},
}
