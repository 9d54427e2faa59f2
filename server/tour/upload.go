package tour

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	contract "holdfast/mobile-contract"
)

// photo announces a picture, sends half of it, is cut off, asks where it stands and
// sends the rest.
func (w *walk) photo() error {
	picture, err := kitchen()
	if err != nil {
		return err
	}
	sum := sha256.Sum256(picture)
	m := record("evidence", map[string]any{
		"case": first, "title": "Kitchen, as found", "kind": "home_conditions", "sha256": hex.EncodeToString(sum[:]),
		"size": len(picture), "mime": "image/jpeg", "captured_at": time.Now().UTC().Format("2006-01-02 15:04:05.000Z"),
	})
	if _, err := w.practitioner.push(contract.Applied, m); err != nil {
		return err
	}
	w.say("announced %d KiB, sha256 %.12s…: on record before its bytes", len(picture)>>10, hex.EncodeToString(sum[:]))
	res, err := w.tus("POST", "/api/uploads", nil, map[string]string{
		"Upload-Length": strconv.Itoa(len(picture)), "Upload-Metadata": "evidence " + base64.StdEncoding.EncodeToString([]byte(m.Record)),
	})
	if err != nil {
		return err
	}
	place := res.Header.Get("Location")
	half := len(picture) / 2
	_, cut := w.tus("PATCH", place, io.MultiReader(bytes.NewReader(picture[:half]), broken{}), map[string]string{
		"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream",
	})
	if cut == nil {
		return errors.New("the cut in the connection was not noticed")
	}
	if err := w.resume(place, picture); err != nil {
		return err
	}
	if _, _, _, err := w.practitioner.pull(); err != nil {
		return err
	}
	e := w.practitioner.rows["evidence/"+m.Record].record
	if e["status"] != "sealed" {
		return fmt.Errorf("the evidence is %v: %v", e["status"], e["reason"])
	}
	w.say("sealed: length, hash and type agree with the row")
	return nil
}

// resume asks where the upload stands and sends the rest; while the server still
// holds the broken connection's end it says so (423), and is asked again.
func (w *walk) resume(place string, picture []byte) error {
	for try := range 50 {
		time.Sleep(time.Duration(try) * 20 * time.Millisecond)
		offset, err := w.goOn(place, picture)
		if busy := (statusError{}); errors.As(err, &busy) && (busy.status == http.StatusLocked || busy.status == http.StatusConflict) {
			continue
		}
		if err == nil {
			w.say("the signal went with %d of %d bytes safe; the phone asked, and went on from there", offset, len(picture))
		}
		return err
	}
	return errors.New("the upload stays locked")
}

// goOn asks for the offset and sends what is missing after it.
func (w *walk) goOn(place string, picture []byte) (offset int, err error) {
	res, err := w.tus("HEAD", place, nil, nil)
	if err != nil {
		return 0, err
	}
	if offset, err = strconv.Atoi(res.Header.Get("Upload-Offset")); err != nil {
		return 0, err
	}
	_, err = w.tus("PATCH", place, bytes.NewReader(picture[offset:]), map[string]string{
		"Upload-Offset": strconv.Itoa(offset), "Content-Type": "application/offset+octet-stream",
	})
	return offset, err
}

// statusError is an answer that is not the one wanted.
type statusError struct {
	status int
	text   string
}

func (e statusError) Error() string { return e.text }

// broken is a connection that goes away, once what was sent has had time to arrive.
type broken struct{}

func (broken) Read([]byte) (int, error) {
	time.Sleep(150 * time.Millisecond)
	return 0, io.ErrUnexpectedEOF
}

func (w *walk) tus(method, path string, body io.Reader, headers map[string]string) (*http.Response, error) {
	path = strings.TrimPrefix(path, w.at)
	req, err := http.NewRequest(method, w.at+path, body)
	if err != nil {
		return nil, err
	}
	if req.Header, err = w.practitioner.header(method, path, ""); err != nil {
		return nil, err
	}
	req.Header.Set("Tus-Resumable", "1.0.0")
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	res, err := (&http.Client{Timeout: 30 * time.Second}).Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	w.practitioner.hear(res)
	if res.StatusCode >= 400 {
		raw, _ := io.ReadAll(res.Body)
		return nil, statusError{res.StatusCode, fmt.Sprintf("%s %s answered %d: %s", method, path, res.StatusCode, raw)}
	}
	return res, nil
}

// kitchen draws a picture that compresses badly, as a photograph does.
func kitchen() ([]byte, error) {
	picture := image.NewRGBA(image.Rect(0, 0, 900, 600))
	seed := uint32(time.Now().UnixNano())
	for y := range 600 {
		for x := range 900 {
			seed = seed*1664525 + 1013904223
			picture.Set(x, y, color.RGBA{uint8(x/4) ^ uint8(seed>>28), uint8(y/3) ^ uint8(seed>>27), uint8(seed >> 26), 255})
		}
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: 85})
	return out.Bytes(), err
}
