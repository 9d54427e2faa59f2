package powersync

import (
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"
	"net/http"
	gosync "sync"
	"time"
)

// out is where lines go. Packed, each is a stretch of one gzip stream by a compressor that
// is given back: a stream that waits for news, as most do for hours, holds none.
type out struct {
	to      http.ResponseWriter
	control *http.ResponseController
	packed  bool
	sum     uint32
	size    uint32
}

var packers = gosync.Pool{New: func() any {
	w, _ := flate.NewWriter(io.Discard, flate.BestSpeed) // the level is one of its own
	return w
}}

func newOut(to http.ResponseWriter, control *http.ResponseController, packed bool) *out {
	o := &out{to: to, control: control, packed: packed}
	if packed {
		to.Header().Set("Content-Encoding", "gzip")
		to.Header().Add("Vary", "Accept-Encoding")
		_, _ = to.Write([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}) // RFC 1952: no name, no time
	}
	return o
}

// write sends one line; a slow phone is no dead one, and each line has its own time.
func (o *out) write(line []byte) error {
	_ = o.control.SetWriteDeadline(time.Now().Add(time.Minute))
	if err := o.pack(line); err != nil {
		return errEnds
	}
	return o.flush()
}

func (o *out) pack(line []byte) error {
	if !o.packed {
		_, err := o.to.Write(line)
		return err
	}
	o.sum = crc32.Update(o.sum, crc32.IEEETable, line)
	o.size += uint32(len(line))
	w := packers.Get().(*flate.Writer)
	defer packers.Put(w)
	w.Reset(o.to)
	if _, err := w.Write(line); err != nil {
		return err
	}
	return w.Flush() // it ends at a whole byte, and the next stretch refers to nothing in it
}

func (o *out) flush() error {
	if err := o.control.Flush(); err != nil {
		return errEnds
	}
	return nil
}

// close ends the stream as a whole one.
func (o *out) close() {
	if o.packed {
		end := []byte{1, 0, 0, 0xff, 0xff} // an empty last block
		end = binary.LittleEndian.AppendUint32(end, o.sum)
		end = binary.LittleEndian.AppendUint32(end, o.size)
		_, _ = o.to.Write(end)
		_ = o.flush()
	}
}
