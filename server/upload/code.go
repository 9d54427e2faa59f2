package upload

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// The codes of this room, until the contract's catalogue has them.
const (
	TusVersion       contract.Code = "tus_version"
	UploadMedia      contract.Code = "upload_media_type"
	UploadLength     contract.Code = "upload_length"
	UploadOffset     contract.Code = "upload_offset"
	UploadLocked     contract.Code = "upload_locked"
	UploadEnded      contract.Code = "upload_ended"
	UploadQuota      contract.Code = "upload_quota"
	ChecksumMismatch contract.Code = "checksum_mismatch"
	AlreadySealed    contract.Code = "already_sealed"
	Quarantined      contract.Code = "quarantined"
	NotSealed        contract.Code = "not_sealed"
	NoPreview        contract.Code = "no_preview"
	DiskFull         contract.Code = "disk_full"
)

// statusChecksum is tus's own status for a chunk that is not what was announced.
const statusChecksum = 460

var problems = map[contract.Code]contract.Problem{
	TusVersion:       {Status: http.StatusPreconditionFailed, Title: "This server speaks tus 1.0.0."},
	UploadMedia:      {Status: http.StatusUnsupportedMediaType, Title: "Bytes are sent as application/offset+octet-stream."},
	UploadLength:     {Status: http.StatusBadRequest, Title: "The length is not the one that the evidence was announced with."},
	UploadOffset:     {Status: http.StatusConflict, Title: "The upload stands at another offset: ask with HEAD and go on from there."},
	UploadLocked:     {Status: http.StatusLocked, Title: "The upload is being written to: wait and ask again.", Retry: true},
	UploadEnded:      {Status: http.StatusGone, Title: "The upload has ended."},
	UploadQuota:      {Status: http.StatusTooManyRequests, Title: "Too much is being uploaded at once: finish or end an upload first.", Retry: true},
	ChecksumMismatch: {Status: statusChecksum, Title: "The chunk does not have its checksum; it was not kept.", Retry: true},
	AlreadySealed:    {Status: http.StatusConflict, Title: "This evidence is sealed already."},
	Quarantined:      {Status: http.StatusUnprocessableEntity, Title: "The bytes are not what may be sealed here; they are kept apart."},
	NotSealed:        {Status: http.StatusConflict, Title: "The bytes of this evidence have not arrived."},
	NoPreview:        {Status: http.StatusNotFound, Title: "No preview can be made of this evidence."},
	DiskFull:         {Status: http.StatusInsufficientStorage, Title: "There is no room now; nothing was lost.", Retry: true},
}

// refuse is the answer for a code, of this room or of the catalogue.
func refuse(code contract.Code, more string) *router.ApiError {
	p, own := problems[code]
	if !own || contract.Of(code).Code == code {
		return reply.Error(code, more)
	}
	message := p.Title
	if more != "" {
		message += " " + more
	}
	e := router.NewApiError(p.Status, message, nil)
	e.Data = map[string]any{"code": string(code)}
	return e
}

// later is refuse with the time after which to ask again.
func later(e *core.RequestEvent, code contract.Code, wait time.Duration) error {
	e.Response.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
	return refuse(code, "")
}

// answer lets a refusal through and turns everything else into "Something went
// wrong" for the caller and one log line for the operator.
func answer(e *core.RequestEvent, err error) error {
	var refusal *router.ApiError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refusal):
		return refusal
	case full(err):
		return later(e, DiskFull, 5*time.Minute)
	}
	e.App.Logger().Error("Evidence", "path", e.Request.URL.Path, "method", e.Request.Method, "error", err)
	return later(e, contract.Internal, 10*time.Second)
}
