package main

import (
	"slices"

	contract "holdfast/mobile-contract"
)

// headers are those that a client sends or reads, by name: what each is for, and its form.
var headers = map[string]object{
	contract.ProofHeader:   header("A proof that this request comes from the phone that was registered: a compact JWS, new for each request (RFC 9449; SPEC.md M121). Needed by a device that registered its key, refused as missing otherwise.", `^[\w-]+\.[\w-]+\.[\w-]+$`),
	contract.NonceHeader:   header("What the next proof must name as nonce (SPEC.md M123).", ""),
	contract.BundleHeader:  header("What this bundle is called in the custody of each piece in it.", ""),
	contract.LeftOutHeader: header("The topics that were not taken, with commas between them (SPEC.md M157).", ""),
	"Retry-After":          header("After how many seconds to ask again.", `^[0-9]+$`),
	"ETag":                 header("What this is the state of: the record's rev in quotes, or the file's SHA-256.", `^"[^"]+"$`),
	"If-Match":             header("Do this only if the record's rev is still this one, else 412 (SPEC.md M152).", `^"?[0-9]+"?$`),

	"Range":               header("One range of bytes; many at once are answered with the whole.", `^bytes=`),
	"If-None-Match":       header("The ETag of what is here already: if it is that still, 304 and no bytes.", ""),
	"If-Range":            header("The ETag of what is here already: if it is another by now, the whole comes.", ""),
	"Content-Range":       header("Which bytes these are, of how many.", `^bytes `),
	"Letter-Bytes":        header("changed, where a letter was approved under another version of what prints it: the same words, other bytes.", "^changed$"),
	"Content-Disposition": header("The file's name.", ""),

	"Tus-Resumable":          header("The version of tus.", `^1\.0\.0$`),
	"Tus-Version":            header("The version of tus that this server speaks.", ""),
	"Tus-Extension":          header("The extensions of tus that this server speaks, with commas between them.", ""),
	"Tus-Checksum-Algorithm": header("The checksums of a chunk that this server knows, with commas between them.", ""),
	"Tus-Max-Size":           header("The most bytes that any file may have.", `^[0-9]+$`),
	"Location":               header("The upload's path, relative to the server: to be stored before bytes are sent.", `^/api/uploads/[a-z0-9]{26}$`),
	"Upload-Length":          header("The file's whole size in bytes, as the row announced it.", `^[0-9]+$`),
	"Upload-Metadata":        header("The word evidence, a blank and the row's id in base64; further keys are kept and given back.", ""),
	"Upload-Offset":          header("How many bytes the server has; a chunk begins there.", `^[0-9]+$`),
	"Upload-Expires":         header("When an upload that gets no more bytes ends (an HTTP date).", ""),
	"Upload-Checksum":        header("sha256 or sha1, a blank and the chunk's digest in base64.", `^(sha256|sha1) [A-Za-z0-9+/=]+$`),
	"X-HTTP-Method-Override": header("PATCH or DELETE.", `^(PATCH|DELETE)$`),
	contract.ReceiptHeader:   header("The signed receipt, once the bytes are whole and verified.", `^[\w-]+\.[\w-]+\.[\w-]+$`),
}

func header(says, form string) object {
	schema := object{"type": "string"}
	if form != "" {
		schema["pattern"] = form
	}
	return object{"description": says, "schema": schema}
}

// needed are the headers without which a request of that kind is refused.
var needed = map[string][]string{
	"POST /api/uploads":        {"Tus-Resumable", "Upload-Length", "Upload-Metadata"},
	"HEAD /api/uploads/{id}":   {"Tus-Resumable"},
	"PATCH /api/uploads/{id}":  {"Tus-Resumable", "Upload-Offset"},
	"DELETE /api/uploads/{id}": {"Tus-Resumable"},
	"POST /api/uploads/{id}":   {"Tus-Resumable", "X-HTTP-Method-Override"},
}

// proves says whether a phone proves itself with such a request.
func proves(e contract.Endpoint) bool {
	return e.Auth != "none" || e.Path == "/api/sync/devices/refresh"
}

// sent are the headers of a request, as parameters.
func sent(e contract.Endpoint, x exchange) (out []any) {
	names := slices.Clone(x.hears)
	if proves(e) {
		names = append(names, contract.ProofHeader)
	}
	for _, name := range slices.Concat(needed[e.Method+" "+e.Path], names) {
		p := object{"name": name, "in": "header", "description": headers[name]["description"], "schema": headers[name]["schema"]}
		if slices.Contains(needed[e.Method+" "+e.Path], name) {
			p["required"] = true
		}
		out = append(out, p)
	}
	return out
}

// heard are the headers of an answer.
func heard(e contract.Endpoint, names []string) object {
	if proves(e) {
		names = append(slices.Clone(names), contract.NonceHeader)
	}
	out := object{}
	for _, name := range names {
		out[name] = object{"$ref": "#/components/headers/" + name}
	}
	return out
}
