package chronology

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/chronology"
	"holdfast/hooks/engagement"
	"holdfast/hooks/feed"
	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// What one answer may hold, and how many rows are looked at for a page.
const (
	pageRows    = 100
	maxRows     = 500
	maxLookedAt = 5000
)

// Open binds the room to a server.
func Open(e *core.ServeEvent) error {
	e.Router.GET("/api/cases/{id}/chronology", read(page))
	e.Router.GET("/api/cases/{id}/chronology/patterns", read(patterns))
	e.Router.GET("/api/cases/{id}/chronology/csv", read(table))
	e.Router.GET("/api/cases/{id}/chronology/html", read(printed))
	e.Router.GET("/api/cases/{id}/chronology/voice", read(voice(voiceRows)))
	e.Router.GET("/api/cases/{id}/chronology/voice/html", read(voice(quoted)))
	e.Router.GET(stylesheetPath, func(e *core.RequestEvent) error {
		return e.Blob(http.StatusOK, "text/css; charset=utf-8", []byte(stylesheet))
	})
	return nil
}

// reading is one member's reading of one case.
type reading struct {
	*core.RequestEvent
	caseID string
	agency string // the reader's: its own notes are theirs to see
	filter chronology.Filter
	order  chronology.Order
	limit  int
	after  chronology.Place
	ask    url.Values

	children children
}

// answer is what is delivered, and how many rows of the case are in it.
type answer struct {
	kind, file string
	body       []byte
	rows       int
	verb       string
}

// read lets a member of the case in, asks first whether anything changed, and
// audits before it delivers. A foreign case and a missing one get the same answer
// before the request is looked at any closer.
func read(write func(*reading) (answer, error)) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		if e.Auth == nil {
			return reply.Error(contract.Unauthorised, "")
		}
		r := &reading{RequestEvent: e, caseID: e.Request.PathValue("id"), agency: e.Auth.GetString("agency"), ask: e.Request.URL.Query()}
		held, err := feed.Holds(e.App.ConcurrentDB(), e.Auth.Id, "case:"+r.caseID)
		if err != nil {
			return err
		}
		if !held {
			return reply.Error(contract.NotFound, "")
		}
		if err := r.parse(); err != nil {
			return err
		}
		tag, err := r.tag()
		if err != nil {
			return err
		}
		h := e.Response.Header()
		h.Set("ETag", tag)
		h.Set("Cache-Control", "no-store") // an app keeps it and its tag where it keeps the rest
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		if e.Request.Header.Get("If-None-Match") == tag {
			return e.NoContent(http.StatusNotModified)
		}
		if err := r.meet(); err != nil {
			return err
		}
		a, err := write(r)
		if err != nil {
			return err
		}
		entry := kernel.Entry{Verb: cmp.Or(a.verb, "read"), Collection: "chronology", Case: r.caseID, Count: a.rows}
		if err := kernel.Audit(e.App, kernel.ActorFrom(e), entry); err != nil {
			return err
		}
		if a.file != "" {
			h.Set("Content-Disposition", `attachment; filename="`+a.file+`"`)
		}
		return e.Blob(http.StatusOK, a.kind, a.body)
	}
}

var wordForm = regexp.MustCompile(`^[A-Za-z0-9_.]{1,60}$`)

// asked are the members of a question, and what each asks for.
var asked = map[string]string{
	"child": "id of a child", "kind": "kind of record", "agency": "id of an agency", "tag": "tag", "impact": "impact",
	"from": "first day", "until": "last day", "order": "oldest or newest", "limit": "rows", "after": "next of the page before",
}

// parse reads the question. What it does not know it refuses: a filter misspelt
// would look like a case in which nothing happened.
func (r *reading) parse() error {
	bad := func(name string) error { return reply.Error(contract.Malformed, "It cannot read "+name+".") }
	for name, values := range r.ask {
		_, known := asked[name]
		if !known || len(values) != 1 {
			return bad(strconv.Quote(name[:min(len(name), 40)]))
		}
	}
	f := &r.filter
	for name, to := range map[string]*string{"child": &f.Child, "kind": &f.Kind, "agency": &f.Agency, "tag": &f.Tag, "impact": &f.Impact} {
		*to = r.ask.Get(name)
		if *to != "" && !wordForm.MatchString(*to) {
			return bad(name)
		}
	}
	if f.Kind != "" && !slices.ContainsFunc(sources, func(s source) bool { return s.kind == f.Kind }) {
		return bad("kind")
	}
	for name, to := range map[string]*string{"from": &f.From, "until": &f.Until} {
		*to = r.ask.Get(name)
		if _, err := time.Parse(time.DateOnly, *to); *to != "" && err != nil {
			return bad(name)
		}
	}
	switch r.ask.Get("order") {
	case "", "newest":
		r.order = chronology.Newest
	case "oldest":
		r.order = chronology.Oldest
	default:
		return bad("order")
	}
	r.limit = pageRows
	if s := r.ask.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxRows {
			return bad("limit")
		}
		r.limit = n
	}
	if s := r.ask.Get("after"); s != "" {
		place, err := chronology.ParsePlace(s)
		if err != nil || place.Place < 0 || place.Place >= len(sources) {
			return bad("after")
		}
		r.after = place
	}
	return nil
}

// tag changes when anything does that this reader may see of the case: one look-up
// a scope, whatever the case holds.
func (r *reading) tag() (string, error) {
	db := r.App.ConcurrentDB()
	epoch, err := feed.Epoch(db)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\n%s\n%s\n%s", epoch, r.Auth.Id, r.Request.URL.Path, r.ask.Encode())
	for _, scope := range []string{"case:" + r.caseID, "case:" + r.caseID + "/agency:" + r.agency, "all"} {
		var seq int64
		if err := db.NewQuery(`SELECT coalesce(max(seq), 0) FROM sync_feed WHERE scope = {:s}`).Bind(dbx.Params{"s": scope}).Row(&seq); err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "\n%d", seq)
	}
	var ahead int // what waits is told when it has come, and nobody writes then
	if err := db.NewQuery(`SELECT (SELECT count(*) FROM contact_attempts WHERE "case" = {:c} AND occurred_at > {:now})
		+ (SELECT count(*) FROM pathway_events WHERE "case" = {:c} AND occurred_at > {:now})
		+ (SELECT count(*) FROM evidence WHERE "case" = {:c} AND captured_at > {:now})`).Bind(dbx.Params{"c": r.caseID, "now": engagement.ByNow()}).Row(&ahead); err != nil {
		return "", err
	}
	fmt.Fprintf(sum, "\n%d\n%s", ahead, today())
	return `"` + hex.EncodeToString(sum.Sum(nil)[:16]) + `"`, nil
}
