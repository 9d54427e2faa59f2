package reply

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-playground/validator/v10"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	contract "holdfast/mobile-contract"
)

var shape = newValidator()

func newValidator() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	must(v.RegisterValidation("record_id", func(f validator.FieldLevel) bool { return contract.IsRecordID(f.Field().String()) }))
	return v
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// Decode reads a JSON body of at most limit bytes into to and holds it to what every
// reader takes for text and to its validate tags. Anything else is answered in one clear
// sentence, and nothing of the request has been applied.
func Decode(e *core.RequestEvent, limit int64, to any) error {
	raw, err := read(e, limit)
	if err != nil {
		return err
	}
	if err := JSON(raw, 0); err != nil {
		return Error(contract.Malformed, err.Error()+".")
	}
	return decode(raw, to)
}

// Members reads a JSON object of at most limit bytes, and hands over each member where its
// value begins: whoever asks holds each to its form, so that one that is not does not cost
// the others.
func Members(e *core.RequestEvent, limit int64, each func(name string, d *json.Decoder) error) error {
	raw, err := read(e, limit)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	switch begin, err := d.Token(); {
	case err != nil:
		return Error(contract.Malformed, decodeReason(err))
	case begin != json.Delim('{'):
		return Error(contract.Malformed, "It must be an object.")
	}
	for d.More() {
		name, err := d.Token()
		if err == nil {
			err = each(name.(string), d)
		}
		if said := (*router.ApiError)(nil); errors.As(err, &said) {
			return said
		} else if err != nil {
			return Error(contract.Malformed, decodeReason(err))
		}
	}
	if _, err := d.Token(); err != nil {
		return Error(contract.Malformed, decodeReason(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Error(contract.Malformed, "There is something after the JSON value.")
	}
	return nil
}

// mark is what some editors and libraries put before a text; it is no part of it.
var mark = []byte("\xef\xbb\xbf")

// read reads a body as far as it may go, also as gzip.
func read(e *core.RequestEvent, limit int64) ([]byte, error) {
	body := io.Reader(e.Request.Body)
	switch strings.ToLower(strings.TrimSpace(e.Request.Header.Get("Content-Encoding"))) {
	case "", "identity":
	case "gzip", "x-gzip":
		packed := &io.LimitedReader{R: body, N: limit + 1} // what unpacks to nothing is no way round the limit
		unpacked, err := gzip.NewReader(packed)
		if err != nil {
			HangUp(e)
			return nil, Error(contract.Malformed, "It is not gzip.")
		}
		body = unpacked
	default:
		HangUp(e)
		return nil, Error(contract.BodyEncoding, "")
	}
	raw, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		HangUp(e)
		return nil, Error(contract.Malformed, decodeReason(io.ErrUnexpectedEOF))
	}
	if int64(len(raw)) > limit {
		_, _ = io.CopyN(io.Discard, e.Request.Body, heard)
		HangUp(e)
		return nil, Error(contract.TooLarge, fmt.Sprintf("At most %d bytes.", limit))
	}
	return bytes.TrimPrefix(raw, mark), nil
}

func decode(raw []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return Error(contract.Malformed, decodeReason(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Error(contract.Malformed, "There is something after the JSON value.")
	}
	return Valid(to)
}

// heard is how much more of a body that is too large is read before it is refused: who
// still sends when the connection ends hears of a fault of the network, not the answer,
// and sends it all again.
const heard = 8 << 20

// HangUp ends the connection after the answer. PocketBase wraps the body, and net/http
// no longer sees that a long one was left unread: its rest would be taken for the
// next request on the same connection.
func HangUp(e *core.RequestEvent) { e.Response.Header().Set("Connection", "close") }

// Valid holds a value to its validate tags.
func Valid(v any) error {
	err := shape.Struct(v)
	var problems validator.ValidationErrors
	if errors.As(err, &problems) {
		p := problems[0]
		_, path, _ := strings.Cut(p.Namespace(), ".")
		return Error(contract.Malformed, fmt.Sprintf("%s does not satisfy %s.", path, strings.TrimSpace(p.Tag()+" "+p.Param())))
	}
	return err
}

func decodeReason(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("Not JSON at byte %d.", syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Sprintf("%s must be a %s, not a %s.", kind.Field, kind.Type, kind.Value)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "The body ends too early."
	}
	return strings.TrimPrefix(err.Error(), "json: ") + "."
}
