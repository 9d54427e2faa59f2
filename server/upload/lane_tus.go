package upload

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/collections"
	contract "holdfast/mobile-contract"
)

const (
	tusVersion = "1.0.0"
	extensions = "creation,creation-with-upload,checksum,expiration,termination"
	offsetType = "application/offset+octet-stream"
	exposed    = "Location, Retry-After, Tus-Checksum-Algorithm, Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, " +
		"Upload-Expires, Upload-Length, Upload-Metadata, Upload-Offset, " + receiptHeader
)

// speak says on every answer, a refusal and a browser's preflight included, that
// tus is spoken here. It runs before the CORS handler, which ends a preflight, and
// takes the copying reader off the body before anybody reads.
func speak() *hook.Handler[*core.RequestEvent] {
	return &hook.Handler[*core.RequestEvent]{Id: "holdfastTus", Priority: -2000, Func: func(e *core.RequestEvent) error {
		untee(e.Request)
		h := e.Response.Header()
		h.Set("Tus-Resumable", tusVersion)
		h.Set("Cache-Control", "no-store")
		h.Set("Access-Control-Expose-Headers", exposed)
		if e.Request.Method == http.MethodOptions {
			h.Set("Tus-Version", tusVersion)
			h.Set("Tus-Extension", extensions)
			h.Set("Tus-Checksum-Algorithm", checksums)
			h.Set("Tus-Max-Size", strconv.Itoa(collections.MaxEvidence))
		}
		return e.Next()
	}}
}

func options(e *core.RequestEvent) error { return e.NoContent(http.StatusNoContent) }

// tus lets through who speaks this version and is signed in.
func tus(do func(*core.RequestEvent) error) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		if e.Request.Header.Get("Tus-Resumable") != tusVersion {
			e.Response.Header().Set("Tus-Version", tusVersion)
			return refuse(contract.TusVersion, "")
		}
		return signedIn(do)(e)
	}
}

// override is for a client behind something that lets no PATCH or DELETE through.
func (r *Room) override(e *core.RequestEvent) error {
	switch e.Request.Header.Get("X-HTTP-Method-Override") {
	case http.MethodPatch:
		return r.append(e)
	case http.MethodDelete:
		return r.terminate(e)
	}
	return refuse(contract.Malformed, "POST to an upload needs X-HTTP-Method-Override: PATCH or DELETE.")
}

// named reads an Upload-Metadata header: pairs of a key and base64.
func named(header, key string) (string, error) {
	if len(header) > 2048 {
		return "", refuse(contract.Malformed, "Upload-Metadata has at most 2,048 bytes.")
	}
	for pair := range strings.SplitSeq(header, ",") {
		k, encoded, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if k != key {
			continue
		}
		value, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil || len(value) == 0 {
			return "", refuse(contract.Malformed, "Upload-Metadata: "+key+" is not base64.")
		}
		return string(value), nil
	}
	return "", refuse(contract.Malformed, "Upload-Metadata must name the announced evidence.")
}

// bytesIn reads a header that is a number of bytes.
func bytesIn(e *core.RequestEvent, header string) (int64, error) {
	n, err := strconv.ParseInt(e.Request.Header.Get(header), 10, 64)
	if err != nil || n < 0 {
		return 0, refuse(contract.Malformed, header+" is not a number of bytes.")
	}
	return n, nil
}

// tell puts on the answer how far the upload stands and until when it is kept.
func tell(e *core.RequestEvent, offset int64, last time.Time) {
	h := e.Response.Header()
	h.Set("Upload-Offset", strconv.FormatInt(offset, 10))
	if !last.IsZero() {
		h.Set("Upload-Expires", last.Add(life).UTC().Format(http.TimeFormat))
	}
}
