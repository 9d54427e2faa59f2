package kernel

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"holdfast/collections"
	"holdfast/hooks/feed"
)

// ActorFrom is who sent this request.
func ActorFrom(e *core.RequestEvent) Actor {
	a := Actor{User: e.Auth, Door: "rest"}
	if a.Kind() == "superuser" {
		a.Door = "dashboard"
		if opening, open := e.Get(GlassKey).(string); open {
			return Actor{User: e.Auth, Door: GlassDoor, Device: opening}
		}
	}
	a.Device, _ = e.Get(DeviceKey).(string)
	return a
}

// BindRequests names the writer of every stock REST and batch call, refuses what
// PocketBase would drop in silence, and answers a record's rev.
func BindRequests(app core.App) {
	write := func(check func(e *core.RecordRequestEvent) error) *hook.Handler[*core.RecordRequestEvent] {
		return &hook.Handler[*core.RecordRequestEvent]{Priority: OrderDoor, Func: func(e *core.RecordRequestEvent) error {
			outer := e.App
			defer func() { e.App = outer }()
			return Within(outer, ActorFrom(e.RequestEvent), func(tx core.App) error {
				e.App = tx
				if err := check(e); err != nil {
					return err
				}
				return hideForeign(e, e.Next())
			})
		}}
	}
	app.OnRecordCreateRequest().Bind(write(knownFields))
	app.OnRecordUpdateRequest().Bind(write(func(e *core.RecordRequestEvent) error {
		if err := knownFields(e); err != nil {
			return err
		}
		e.Record.IgnoreUnchangedFields(true)
		return ifMatch(e)
	}))
	app.OnRecordDeleteRequest().Bind(write(ifMatch))
	bindRev(app)
}

// accountFields are what PocketBase's account forms send beside the fields.
var accountFields = []string{"password", "passwordConfirm", "oldPassword"}

// picked is the parameter of a query by which PocketBase leaves fields out of its
// answer. Of a form it makes a field of the record as well.
const picked = "fields"

// knownFields refuses a body with a member that the collection does not have, or
// that the server owns: dropped in silence, it would look saved.
func knownFields(e *core.RecordRequestEvent) error {
	n := collections.ByName(e.Collection.Name)
	if n == nil {
		return nil
	}
	info, err := e.RequestInfo()
	if err != nil {
		return err
	}
	problems := validation.Errors{}
	sent := submitted(e)
	keys := maps.Clone(info.Body) // from which PocketBase has taken the hidden fields
	maps.Copy(keys, sent)
	files := map[string]bool{}
	if form := e.Request.MultipartForm; form != nil { // and every file, for PocketBase reads those of file fields alone
		for name := range form.File {
			keys[name], files[name] = nil, true
		}
	}
	for key := range keys {
		name := strings.Trim(key, "+-")
		field := e.Collection.Fields.GetByName(name)
		if _, inBody := sent[key]; key == picked && !inBody && !files[key] {
			if field != nil { // which it is no value of
				e.Record.Set(key, e.Record.Original().Get(key))
			}
			continue
		}
		switch {
		case e.HasSuperuserAuth(): // what is none of a collection's is ignored, as the dashboard knows it
			if field != nil && (field.Type() == core.FieldTypeDate || field.Type() == core.FieldTypeJSON) && name == key {
				if why := misfit(field, sent[key]); why != "" {
					problems[key] = misfitSaid(why)
				}
			}
		case e.Collection.IsAuth() && slices.Contains(accountFields, key) && !files[key]:
		case field == nil || field.GetHidden():
			problems[key] = problem("unknown_field", "There is no such field.")
		case name != key && !takesPart(field, key):
			problems[key] = problem("wrong_type", "This field is set whole: nothing can be added to it or taken from it.")
		case files[key] && (field.Type() != core.FieldTypeFile || strings.HasSuffix(key, "-")):
			problems[key] = problem("wrong_type", "This field takes no file.")
		case n.Owns(name) && TextOf(e.Record.Original(), name) != TextOf(e.Record, name):
			problems[key] = problem("server_owned", "The server sets this field.")
		case name == key:
			if why := misfit(field, sent[key]); why != "" {
				problems[key] = misfitSaid(why)
			}
		case !fitsPart(field, sent[key]):
			problems[key] = problem("wrong_type", otherType)
		}
	}
	if len(problems) > 0 {
		return router.NewBadRequestError("The record has fields that cannot be set.", problems)
	}
	return nil
}

// submitted is a body as it was sent, by its keys; by now PocketBase has cast its values.
// What is in a batch reaches PocketBase as a form with JSON in it.
// What is a field's own JSON stays as it was written: read, its numbers lose digits.
func submitted(e *core.RecordRequestEvent) map[string]any {
	sent := map[string]any{}
	take := func(raw map[string]json.RawMessage) {
		for key, value := range raw {
			if f := e.Collection.Fields.GetByName(key); f != nil && f.Type() == core.FieldTypeJSON {
				sent[key] = value
				continue
			}
			var v any
			_ = json.Unmarshal(value, &v)
			sent[key] = v
		}
	}
	if strings.HasPrefix(e.Request.Header.Get("Content-Type"), "application/json") {
		var raw map[string]json.RawMessage
		_ = json.NewDecoder(e.Request.Body).Decode(&raw) // what is no JSON was refused before
		take(raw)
		return sent
	}
	for key, values := range e.Request.PostForm {
		if key != router.JSONPayloadKey {
			sent[key] = fromForm(e.Collection.Fields.GetByName(strings.Trim(key, "+-")), values)
		}
	}
	for _, payload := range e.Request.PostForm[router.JSONPayloadKey] {
		var raw map[string]json.RawMessage
		_ = json.Unmarshal([]byte(payload), &raw)
		take(raw)
	}
	return sent
}

// ifMatch honours the header by the record's rev, inside the write transaction: a
// stale one is answered 412 and nothing is written.
func ifMatch(e *core.RecordRequestEvent) error {
	want := e.Request.Header.Get("If-Match")
	if want == "" || want == "*" {
		return nil
	}
	rev, err := feed.Rev(e.App.ConcurrentDB(), e.Collection.Name, e.Record.Id)
	if err != nil {
		return err
	}
	if want != etag(rev) && strings.Trim(want, `"`) != strconv.FormatInt(rev, 10) {
		return router.NewApiError(http.StatusPreconditionFailed, "The record has changed since you read it.", validation.Errors{
			"rev": problem("stale", "Read the record again; its rev is now "+strconv.FormatInt(rev, 10)+"."),
		})
	}
	return nil
}

func etag(rev int64) string { return `"` + strconv.FormatInt(rev, 10) + `"` }

func problem(code, message string) validation.Error { return validation.NewError(code, message) }
