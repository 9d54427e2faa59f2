package coordinate

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// hostile texts, each with a mark of its own, as they might lie in any field: put
// there past every check, since a page must not trust the store.
var hostile = []string{
	`<script>alert("mark")</script>`,
	`"><img src=x onerror=alert('mark')>`,
	`' autofocus onfocus=alert(1) mark='`,
	`</title></textarea></option><svg/onload=alert(1)>mark`,
	`{{.Seal}} ${mark} <%= mark %>`,
	`javascript:alert("mark")`,
	"=cmd|' /C calc'!A0 mark",
	"\u202egnp.mark\u202d \u2067abc",
	"mark " + strings.Repeat("x", 10_000),
	"mark\x01\x02\x1f\u0085 end",
	"mark \xff\xfe end",
}

func TestHostileTextShowsAsText(t *testing.T) {
	d := openDesk(t)
	r := d.offer(demo.Colleague, nil)
	b := d.as(demo.Coordinator)
	d.raise(b, r.Id)
	d.gather()
	pages := []string{
		"/coordinate", "/coordinate/registrations?status=all", "/coordinate/registrations/" + r.Id,
		"/coordinate/champions", "/coordinate/coverage", "/coordinate/events", "/coordinate/events/" + demo.ID("event", 1),
		"/coordinate/events/" + demo.ID("event", 1) + "/change", "/coordinate/good-practice", "/coordinate/good-practice/" + demo.ID("practice", 1),
		"/coordinate/cascade", "/coordinate/cascade/" + demo.ID("cascade", 1), "/coordinate/surgeries/" + demo.ID("surgery", 1), "/coordinate/scheme", "/coordinate/scheme/targets",
		"/coordinate/scheme/targets/new", "/coordinate/cascade/new",
	}
	d.keep("champion_policies", map[string]any{"from": "2026-05-01", "valid_months": 12, "remind_days": []int{30}, "link_days": 14, "staff_per_champion": 25, "lead_from": 3, "reason": "mark"})
	d.keep("coverage_targets", map[string]any{"agency": demo.Agencies[0].ID, "from": "2026-05-01", "target": 7, "reason": "mark"})
	d.plant("mark")
	clean := map[string]string{}
	for _, p := range pages {
		clean[p] = tags(b.get(p))
	}
	for _, text := range hostile {
		d.plant(text)
		for _, p := range pages {
			a := b.get(p)
			wants(t, a, 200, "mark")
			if tags(a) != clean[p] {
				t.Errorf("%s: %q changes the page's elements", p, cut(text))
			}
			bare := strings.NewReplacer("<bdi>\u202e", "", "\u2068\u202e", "", `value="`+"\u202e", "", `dir="auto">`+"\u202e", "").Replace(a.body)
			if strings.Contains(bare, "\u202e") {
				t.Errorf("%s: a direction is not kept apart", p)
			}
		}
		search := b.get("/coordinate/registrations?q=" + strings.ReplaceAll(url.QueryEscape(text), "+", "%20"))
		wants(t, search, 200)
		lacks(t, answer{body: strings.ToLower(tagText(search))}, "onerror=", "onfocus=", "onload=", "javascript:")
		for _, file := range []string{"/coordinate/champions.csv", "/coordinate/cascade.csv", "/coordinate/surgeries.csv", "/coordinate/good-practice.csv", "/coordinate/registrations.csv?status=all", "/coordinate/coverage.csv", "/coordinate/events.csv",
			"/coordinate/events/" + demo.ID("event", 1) + "/attendance.csv"} {
			for _, line := range strings.Split(b.get(file).body, "\r\n") {
				for _, c := range strings.Split(line, `","`) {
					if first := strings.TrimLeft(c, "\"\ufeff "); first != "" && strings.ContainsAny(first[:1], "=+-@") {
						t.Errorf("%s: the cell %q is a formula", file, cut(c))
					}
				}
			}
		}
	}
}

// plant puts a text into every field that a page here shows.
func (d *desk) plant(text string) {
	d.t.Helper()
	for table, columns := range map[string][]string{
		"champion_registrations": {"name", "job_title", "work_email", "work_phone", "locality", "reason", "manager_name", "manager_email", "decision_note"},
		"champions":              {"name", "agency_name", "job_title", "work_email", "work_phone", "locality"},
		"agencies":               {"name", "locality"},
		"users":                  {"name"},
		"champion_history":       {"by_name", "reason"},
		"network_events":         {"title", "place", "description"},
		"network_attendance":     {"name"},
		"cascade_log":            {"topic", "audience", "feedback"},
		"surgery_sessions":       {"note"},
		"champion_policies":      {"reason"},
		"coverage_targets":       {"reason"},
		"resources":              {"title"},
		"good_practice":          {"title", "body", "agency_name", "moderation_note"},
	} {
		params, where := dbx.Params{}, dbx.In("id", demo.Agencies[0].ID, demo.Coordinator.ID)
		for _, c := range columns {
			params[c] = text
		}
		if table != "agencies" && table != "users" {
			where = dbx.NewExp("1")
		}
		if _, err := d.App.NonconcurrentDB().Update(table, params, where).Execute(); err != nil {
			d.t.Fatal(err)
		}
	}
}

func TestHostileTextInFormsIsRefusedOrShown(t *testing.T) {
	d := openDesk(t)
	b := d.as(demo.Coordinator)
	for _, text := range hostile {
		r := d.offer(demo.Colleague, nil)
		a := b.decide(r.Id, "decline", text)
		if a.status == 303 {
			a = b.get("/coordinate/registrations/" + r.Id)
		} else {
			if kernel.Legible(text) {
				wants(t, a, 422, "There is a problem")
			} else {
				wants(t, a, 400, "This form could not be read", "something that is no letter")
			}
			if s := d.stored(r.Id).GetString("status"); s != "submitted" {
				t.Fatal(s)
			}
			if _, err := d.App.NonconcurrentDB().Delete("champion_registrations", dbx.HashExp{"id": r.Id}).Execute(); err != nil {
				t.Fatal(err)
			}
		}
		if a.status != 400 {
			wants(t, a, a.status, "mark")
		}
		lacks(t, answer{body: strings.ToLower(tagText(a))}, "onerror=", "onfocus=", "onload=", "javascript:")

		in := d.browser().post("/coordinate/sign-in", credentials(text, text))
		lacks(t, answer{body: strings.ToLower(tagText(in))}, "onerror=", "onfocus=", "onload=", "javascript:")
	}
}

var (
	tagName  = regexp.MustCompile(`</?[a-zA-Z][a-zA-Z0-9]*`)
	wholeTag = regexp.MustCompile(`<[a-zA-Z](?:"[^"]*"|[^>"])*>`)
	quoted   = regexp.MustCompile(`"[^"]*"`)
)

// tags are the names of a page's elements in order: text cannot change them.
func tags(a answer) string { return strings.Join(tagName.FindAllString(a.body, -1), " ") }

// tagText is what stands in a page's tags outside quotes, where text must not reach.
func tagText(a answer) string {
	var b strings.Builder
	for _, t := range wholeTag.FindAllString(a.body, -1) {
		b.WriteString(quoted.ReplaceAllString(t, `""`) + "\n")
	}
	return b.String()
}

func cut(s string) string {
	if len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}

func TestATextStandsAloneWhateverItHolds(t *testing.T) {
	for in, want := range map[string]string{
		"Otto":                     "Otto",
		"\u202eotto":               "\u2068\u202eotto\u2069",
		"\u2069\u202eotto":         "\u2068\u202eotto\u2069",
		"o\u2067t\u2066t\u2068o":   "\u2068otto\u2069",
		"\u0627\u0644\u0639\u0631": "\u2068\u0627\u0644\u0639\u0631\u2069",
	} {
		if got := alone(in); got != want {
			t.Errorf("%+q: %+q, want %+q", in, got, want)
		}
	}
}
