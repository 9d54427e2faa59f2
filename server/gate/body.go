package gate

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// What one body may hold. An operator brings whole schemas, files and backups.
const (
	mostBytes         = 1 << 20
	mostGuestBytes    = 256 << 10
	mostOperatorBytes = router.DefaultMaxMemory
	mostValues        = 20_000
)

// measure reads a body as far as one may go, holds it to what every reader takes for
// text, and puts it back for PocketBase to parse. Parsed first, 28 MB of {} took a
// minute's work and a gigabyte from whoever sent them, signed in or not.
func measure(e *core.RequestEvent) error {
	if e.Request.ContentLength == 0 {
		return nil
	}
	if e.Request.Header.Get("Content-Encoding") != "" {
		return router.NewApiError(http.StatusUnsupportedMediaType, "Send the body as it is, without a Content-Encoding.", nil)
	}
	kind, params, err := mime.ParseMediaType(e.Request.Header.Get("Content-Type"))
	if err != nil {
		return router.NewApiError(http.StatusUnsupportedMediaType, "Say in Content-Type what the body is.", nil)
	}
	most, values := int64(mostBytes), mostValues
	switch {
	case e.Auth == nil:
		most = mostGuestBytes
	case e.HasSuperuserAuth() && kind == "multipart/form-data":
		return operatorsParts(e)
	case e.HasSuperuserAuth():
		most, values = mostOperatorBytes, 0
	}
	if e.Request.ContentLength > most {
		return tooLarge(most)
	}
	raw, err := io.ReadAll(io.LimitReader(body(e.Request.Body), most+1))
	if err != nil {
		return reply.Error(contract.Malformed, "The body ends too early.")
	}
	if int64(len(raw)) > most {
		return tooLarge(most)
	}
	switch kind {
	case "application/json":
		if err = reply.JSON(raw, values); err == nil { // PocketBase reads them for the rules, and fields see what is left of them
			err = reply.Numbers(raw)
		}
	case "application/x-www-form-urlencoded":
		err = form(raw)
	case "multipart/form-data":
		err = parts(raw, params["boundary"])
	default: // XML, which PocketBase would read, has no reader here
		return router.NewApiError(http.StatusUnsupportedMediaType, "Send JSON or a form.", nil)
	}
	if err != nil {
		return unread(err)
	}
	e.Request.Body = &router.RereadableReadCloser{ReadCloser: io.NopCloser(bytes.NewReader(raw))}
	return nil
}

// body is the request's own, without PocketBase's copy of what is read.
func body(b io.Reader) io.Reader {
	if wrapped, ok := b.(*router.RereadableReadCloser); ok {
		return wrapped.ReadCloser
	}
	return b
}

func unread(err error) error {
	return refused("The body is not what every phone can read: %v.", err)
}

func tooLarge(most int64) error {
	return refusedAs(contract.TooLarge, "A body has %d bytes at most.", most)
}

// form holds a form's names and values to text; PocketBase reads one of them as JSON.
func form(raw []byte) error {
	fields, err := url.ParseQuery(string(raw))
	if err != nil {
		return err
	}
	return texts(fields)
}

func texts(fields url.Values) error {
	for name, values := range fields {
		for _, value := range values {
			if err := field(name, []byte(value)); err != nil {
				return err
			}
		}
	}
	return nil
}

func field(name string, value []byte) error {
	if err := reply.Text(name); err != nil {
		return err
	}
	if name == router.JSONPayloadKey {
		return reply.JSON(value, mostValues)
	}
	return reply.Text(value)
}

// parts holds a form in parts to text. A file's bytes are its own; that no file has a
// place here the record's door says, by its name.
func parts(raw []byte, boundary string) error {
	r := multipart.NewReader(bytes.NewReader(raw), boundary)
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := reply.Text(p.FileName()); err != nil {
			return err
		}
		if p.FileName() != "" {
			continue
		}
		value, err := io.ReadAll(p)
		if err != nil {
			return err
		}
		if err := field(p.FormName(), value); err != nil {
			return err
		}
	}
}

// operatorsParts holds an operator's form to text as any other. Their files are as large as
// a backup, and are parsed as PocketBase would: what is large lies on the disk.
func operatorsParts(e *core.RequestEvent) error {
	e.Request.Body = io.NopCloser(body(e.Request.Body))
	if err := e.Request.ParseMultipartForm(router.DefaultMaxMemory); err != nil {
		return reply.Error(contract.Malformed, "The form in parts cannot be read.")
	}
	if err := texts(e.Request.MultipartForm.Value); err != nil {
		return unread(err)
	}
	for _, files := range e.Request.MultipartForm.File {
		for _, f := range files {
			if err := reply.Text(f.Filename); err != nil {
				return unread(err)
			}
		}
	}
	return nil
}
