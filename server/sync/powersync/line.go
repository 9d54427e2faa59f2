package powersync

import (
	"bytes"
	"encoding/json"
	"strconv"

	"holdfast/server/sync"
)

// The lines of the stream. Positions are text, since some clients' numbers end at 2^53.

type checkpoint struct {
	Last    string   `json:"last_op_id"`
	Write   string   `json:"write_checkpoint"`
	Buckets []listed `json:"buckets"`
	Streams []any    `json:"streams"`
}

type checkpointDiff struct {
	Last    string   `json:"last_op_id"`
	Write   string   `json:"write_checkpoint"`
	Updated []listed `json:"updated_buckets"`
	Removed []string `json:"removed_buckets"`
}

type listed struct {
	Bucket   string `json:"bucket"`
	Checksum uint32 `json:"checksum"`
	Priority int    `json:"priority"`
}

type complete struct {
	Last     string `json:"last_op_id"`
	Priority *int   `json:"priority,omitempty"`
}

type data struct {
	Bucket string `json:"bucket"`
	After  string `json:"after"`
	Next   string `json:"next_after"`
	More   bool   `json:"has_more"`
	Data   []op   `json:"data"`
}

type op struct {
	ID       string  `json:"op_id"`
	Op       string  `json:"op"`
	Type     string  `json:"object_type,omitempty"`
	Object   string  `json:"object_id,omitempty"`
	Data     *string `json:"data,omitempty"`
	Checksum uint32  `json:"checksum"`

	seq int64
	row bool // it shows a record
}

// line is one line of the stream, by its one member.
func line(member string, value any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	out.WriteString(`{"` + member + `":`)
	if err := e.Encode(value); err != nil {
		return nil, err
	}
	out.Truncate(out.Len() - 1)
	out.WriteString("}\n")
	return out.Bytes(), nil
}

// opOf is a feed row as an operation. One that is gone is removed from this bucket also
// where it lives on in another: clients keep them apart.
func opOf(r sync.Row) op {
	o := op{ID: decimal(r.Seq), Type: r.Collection, Object: r.Record, seq: r.Seq}
	if r.Gone {
		o.Op = "REMOVE"
		return o
	}
	body := `{"_rev":` + decimal(r.Seq) + `,` + r.Body[1:]
	o.Op, o.Data, o.row = "PUT", &body, true
	return o
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
