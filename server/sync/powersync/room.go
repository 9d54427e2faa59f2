package powersync

import (
	"net/http"
	"strconv"
	gosync "sync"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/reply"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
	"holdfast/server/sync"
)

// Room answers PowerSync's client libraries.
type Room struct {
	reader *sync.Reader
	keys   *signing.Keys
	marks  marks
}

// Open binds the room to a server, at the root: the libraries put their paths behind the
// address that they are given, and some take only its host.
func Open(ev *core.ServeEvent) error {
	reader, err := sync.ReaderOf(ev.App)
	if err != nil {
		return err
	}
	keys, err := signing.Load(ev.App)
	if err != nil {
		return err
	}
	r := &Room{reader: reader, keys: keys, marks: marks{of: map[string]map[string]int64{}}}
	ev.Router.BindFunc(reply.NoRoute("/sync"))
	root := ev.Router.Group("").Unbind(apis.DefaultRateLimitMiddlewareId)
	root.POST("/sync/stream", r.stream).BindFunc(reply.Unknown)
	root.GET("/write-checkpoint2.json", r.writeCheckpoint).BindFunc(reply.Unknown)
	root.POST("/sync/checkpoint-request", r.checkpointRequest).BindFunc(reply.Unknown)
	return nil
}

// writeCheckpoint answers the mark from which on a checkpoint has what this device handed
// in: the counter as it stands. Its stream is to say so, though nothing changed.
func (r *Room) writeCheckpoint(ev *core.RequestEvent) error {
	user, device, err := r.reader.Caller(ev)
	if err != nil {
		return err
	}
	here, _, err := r.reader.Here(ev.Request.Context(), device)
	if err != nil {
		return err
	}
	r.marks.forget(user+" "+device, ev.Request.URL.Query().Get("client_id"))
	r.reader.Poke(device)
	return answer(ev, map[string]string{"write_checkpoint": decimal(here.Seq)})
}

// checkpointRequest is the same by a number of the client's own.
func (r *Room) checkpointRequest(ev *core.RequestEvent) error {
	user, device, err := r.reader.Caller(ev)
	if err != nil {
		return err
	}
	var ask struct {
		Client string `json:"client_id"`
		ID     number `json:"checkpoint_request_id"`
	}
	if err := decode(ev, &ask); err != nil {
		return err
	}
	if ask.ID < 0 || ask.ID >= 1<<53 {
		return reply.Error(contract.Malformed, "A number of a client's own lies below 2^53.")
	}
	n := decimal(r.marks.raise(user+" "+device, ask.Client, int64(ask.ID), time.Now()))
	r.reader.Poke(device)
	return answer(ev, map[string]string{"checkpoint_request_id": n, "write_checkpoint": n})
}

func answer(ev *core.RequestEvent, data any) error {
	ev.Response.Header().Set("Cache-Control", "no-store")
	return ev.JSON(http.StatusOK, map[string]any{"data": data})
}

// number is a whole number, as text or as one.
type number int64

func (n *number) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	if len(text) > 1 && text[0] == '"' {
		text = text[1 : len(text)-1]
	}
	if text == "null" {
		return nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	*n = number(v)
	return err
}

// marks are the numbers up to which clients that number by themselves were answered, by
// device and client. A client says its own again after the server was started; until then
// a low mark keeps its gate shut, which is safe.
type marks struct {
	gosync.Mutex
	of map[string]map[string]int64
}

// Bounds: who makes up clients forgets their own numbers, and at worst waits.
const (
	mostClients = 8
	mostMarked  = 20_000
)

// raise remembers a client's number. The first lies above every position, so that no
// position is taken for one.
func (m *marks) raise(device, client string, asked int64, now time.Time) int64 {
	m.Lock()
	defer m.Unlock()
	mine := m.of[device]
	if mine == nil || len(mine) >= mostClients && mine[client] == 0 {
		if len(m.of) >= mostMarked {
			clear(m.of)
		}
		mine = map[string]int64{}
		m.of[device] = mine
	}
	had := mine[client]
	if had == 0 {
		had = now.UnixMilli() << 10
	}
	mine[client] = max(asked, had)
	return mine[client]
}

func (m *marks) forget(device, client string) {
	m.Lock()
	defer m.Unlock()
	delete(m.of[device], client)
}

func (m *marks) mark(device, client string) int64 {
	m.Lock()
	defer m.Unlock()
	return m.of[device][client]
}
