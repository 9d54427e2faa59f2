package coordinate

import (
	"fmt"
	"html"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"holdfast/server/demo"
)

// formOn is one form as a page shows it, with every field that it sends.
type formOn struct {
	page           string // the template's name
	open           func() answer
	by             *browser
	method, action string
	fields         []fieldOn
}

type fieldOn struct {
	name, kind, value string
	values            []string // that can be chosen
}

// worded reports whether a person writes words into a field.
func (f fieldOn) worded() bool {
	return slices.Contains([]string{"text", "search", "tel", "email", "textarea", "password"}, f.kind)
}

// kind is one form of a page, whichever record it is about.
func (f formOn) kind() string { return f.page + " " + f.method + " " + shapeOf(f.action) }

var (
	aRecord  = regexp.MustCompile(`/[a-z0-9]*\d[a-z0-9]*(/|$)`)
	aForm    = regexp.MustCompile(`(?s)<form ([^>]*)>(.*?)</form>`)
	anAttr   = regexp.MustCompile(`([a-z-]+)="([^"]*)"|\b(checked|selected|disabled)\b`)
	aField   = regexp.MustCompile(`(?s)<(input|textarea|select|button)\b([^>]*)>([^<]*)`)
	aSelect  = regexp.MustCompile(`(?s)<select\b([^>]*)>(.*?)</select>`)
	anOption = regexp.MustCompile(`<option ([^>]*)>`)
	aLink    = regexp.MustCompile(`<a [^>]*href="(/coordinate[^"#]*)`)
	aPage    = regexp.MustCompile(`<p hidden data-page="([^"]*)">`)
)

func shapeOf(address string) string {
	at, query, _ := strings.Cut(address, "?")
	for range 3 {
		at = aRecord.ReplaceAllString(at, "/{id}$1")
	}
	keys := regexp.MustCompile(`=[^&]*`).ReplaceAllString(query, "")
	return at + "?" + keys
}

func attrs(tag string) map[string]string {
	out := map[string]string{}
	for _, m := range anAttr.FindAllStringSubmatch(tag, -1) {
		if m[3] != "" {
			out[m[3]] = m[3]
		} else {
			out[m[1]] = html.UnescapeString(m[2])
		}
	}
	return out
}

// forms are those of an answer.
func (b *browser) forms(open func() answer) (out []formOn) {
	a := open()
	page := ""
	if m := aPage.FindStringSubmatch(a.body); m != nil {
		page = m[1]
	}
	for _, m := range aForm.FindAllStringSubmatch(a.body, -1) {
		tag := attrs(m[1])
		f := formOn{page: page, open: open, by: b, method: strings.ToUpper(tag["method"]), action: tag["action"]}
		for _, s := range aSelect.FindAllStringSubmatch(m[2], -1) {
			field := fieldOn{name: attrs(s[1])["name"], kind: "select"}
			for _, o := range anOption.FindAllStringSubmatch(s[2], -1) {
				option := attrs(o[1])
				field.values = append(field.values, option["value"])
				if option["selected"] != "" || len(field.values) == 1 {
					field.value = option["value"]
				}
			}
			f.fields = append(f.fields, field)
		}
		for _, s := range aField.FindAllStringSubmatch(m[2], -1) {
			tag := attrs(s[2])
			field := fieldOn{name: tag["name"], kind: tag["type"], value: tag["value"]}
			switch {
			case field.name == "" || s[1] == "select":
				continue
			case s[1] == "textarea":
				field.kind, field.value = "textarea", html.UnescapeString(s[3])
			}
			f.fields = append(f.fields, field)
		}
		out = append(out, f)
	}
	return out
}

// filled is a form with words in its fields: in those for words alone, what else there
// is being right; or in all of them, besides what shows that the form is this session's.
func (f formOn) filled(words string, everywhere bool) url.Values {
	right := map[string]string{"date": "2026-12-01", "time": "10:00", "number": "60"}
	out := url.Values{}
	for _, field := range f.fields {
		value := field.value
		switch {
		case field.name == "seal" || field.name == "rev":
		case everywhere || field.worded():
			value = words
		case value == "":
			value = right[field.kind]
		}
		if (field.kind == "radio" || field.kind == "submit") && out.Has(field.name) {
			continue
		}
		out.Set(field.name, value)
	}
	return out
}

// send sends a form as it is on its page now, and follows where that leads. False when
// it is there no more: another answer of it was taken.
func (f formOn) send(words string, everywhere bool) (answer, bool) {
	for _, now := range f.by.forms(f.open) {
		if now.action != f.action || now.method != f.method {
			continue
		}
		if now.method == "GET" {
			return f.by.get(f.action + "?" + now.filled(words, everywhere).Encode()), true
		}
		a := f.by.post(f.action, now.filled(words, everywhere))
		if a.status == 303 {
			a = f.by.get(a.header.Get("Location"))
		}
		return a, true
	}
	return answer{}, false
}

// marked has every page say which template it was made of.
func (d *desk) marked() {
	d.t.Helper()
	for name, t := range d.room.pages {
		if _, err := t.AddParseTree("frame-itself", t.Lookup("frame").Tree); err != nil {
			d.t.Fatal(err)
		}
		if _, err := t.New("frame").Parse(`{{template "frame-itself" .}}<p hidden data-page="` + name + `"></p>`); err != nil {
			d.t.Fatal(err)
		}
	}
}

// crawl follows a reader's links and gives the forms there are, two of a kind at most.
func (d *desk) crawl(b *browser, to map[string][]formOn, from ...string) {
	seen, queue := map[string]int{}, from
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if seen[shapeOf(at)] > 2 || seen[at] > 3 || strings.HasSuffix(strings.Split(at, "?")[0], ".csv") {
			continue
		}
		seen[shapeOf(at)]++
		seen[at] = 9
		open := func() answer { return b.get(at) }
		sortForms(to, b.forms(open))
		for _, m := range aLink.FindAllStringSubmatch(open().body, -1) {
			queue = append(queue, html.UnescapeString(m[1]))
		}
	}
}

func sortForms(to map[string][]formOn, forms []formOn) {
	for _, f := range forms {
		if len(to[f.kind()]) < 2 {
			to[f.kind()] = append(to[f.kind()], f)
		}
	}
}

// furnished is Fellmoor with something for every form, and all forms that there are.
func furnished(t *testing.T) (*desk, map[string][]formOn) {
	t.Helper()
	d := phones(t).named()
	d.letterbox()
	d.marked()
	own, asked := d.offer(demo.Colleague, nil), d.offer(demo.School, nil)
	d.listed(own)
	d.gather()
	d.drafted(nil)
	d.proposeEnding()
	d.askAround()
	d.overdueAction()
	head := d.endangered()
	d.disagree("The school's words.", "The practitioner's words.")
	d.push(demo.Practitioner, "create", "notes", "formsnote000001", 0, map[string]any{"case": demo.CaseID(1), "body": "Words.", "source": "telepathy"})
	for _, id := range []string{"formsrisk000001", "formsrisk000002"} {
		d.push(demo.School, "create", "pathway_events", id, 0, map[string]any{"case": demo.CaseID(1), "pathway": "nosuchpathway01", "kind": "immediate_risk.raised", "data": map[string]any{"what": "Words."}})
	}
	d.handset(demo.Colleague)
	coordinator := d.as(demo.Coordinator)
	if a := coordinator.decide(asked.Id, "ask_manager", ""); a.status != 303 {
		t.Fatal(a.status)
	}
	d.give(demo.Practitioner, map[string]any{"roles": []string{"practitioner", "agency_lead"}})
	d.mailed(demo.Tomos)

	_, invitation := d.invited(d.as(demo.Practitioner), "nia@fellmoor.example")
	mailed := d.resets()
	d.browser().post("/coordinate/forgotten", url.Values{"email": {demo.DPO.Email()}})
	_, reset := mailed()

	forms := map[string][]formOn{}
	d.crawl(coordinator, forms, "/coordinate")
	d.crawl(d.as(demo.Practitioner), forms, "/coordinate")
	d.crawl(d.as(demo.Manager), forms, "/coordinate")
	d.crawl(d.as(head), forms, "/coordinate/risks")
	d.piece("formsevidence01")
	d.write(demo.Manager, "evidence_disposals", map[string]any{"case": demo.CaseID(1), "evidence": "formsevidence01", "reason": "The time of retention has ended.", "basis": "Schedule 4.2"})
	d.crawl(d.as(demo.DPO), forms, "/coordinate/disposals")
	d.crawl(d.as(demo.Tomos), forms, "/coordinate/account")
	stranger := d.browser()
	d.crawl(stranger, forms, "/coordinate/sign-in", "/coordinate/agreement/"+d.link(asked.Id, "agreement"), "/coordinate/forgotten", invitation, "/coordinate/reset/"+reset)
	code := stranger.post("/coordinate/sign-in", credentials(demo.Tomos.Email(), demo.Password))
	sortForms(forms, stranger.forms(func() answer { return code }))
	d.factorForms(forms)
	own2 := d.as(demo.School)
	code2 := own2.post("/coordinate/account/code/ask", own2.get("/coordinate/account").fields())
	sortForms(forms, own2.forms(func() answer { return code2 }))
	return d, forms
}

var aTemplateForm = regexp.MustCompile(`<form [^>]*method="([a-z]+)" action="([^"]*)"`)

// everyForm proves that no form of any template was passed over, so that a form that
// is new is looked at too or turns this red.
func (d *desk) everyForm(forms map[string][]formOn) {
	d.t.Helper()
	files, err := pageFiles.ReadDir("page")
	if err != nil {
		d.t.Fatal(err)
	}
	counted := 0
	for _, file := range files {
		source, err := pageFiles.ReadFile(path.Join("page", file.Name()))
		if err != nil {
			d.t.Fatal(err)
		}
		if n := strings.Count(string(source), "<form "); n != len(aTemplateForm.FindAllString(string(source), -1)) {
			d.t.Errorf("%s: a form whose method and action are not written first", file.Name())
		}
		page := strings.TrimSuffix(file.Name(), ".html")
		for _, m := range aTemplateForm.FindAllStringSubmatch(string(source), -1) {
			counted++
			action := regexp.MustCompile(`^` + regexp.MustCompile(`(\\\{\\\{.*?\\\}\\\})+`).ReplaceAllString(regexp.QuoteMeta(withIf.ReplaceAllString(m[2], "{{x}}")), `.*`) + `$`)
			if !slices.ContainsFunc(flat(forms), func(f formOn) bool {
				return (f.page == page || strings.HasPrefix(page, "part-")) && f.method == strings.ToUpper(m[1]) && action.MatchString(f.action)
			}) {
				d.t.Errorf("%s: nobody came to the form %s %s", page, m[1], m[2])
			}
		}
	}
	if counted < 25 {
		d.t.Errorf("only %d forms in the templates", counted)
	}
}

var withIf = regexp.MustCompile(`\{\{with .*?\{\{end\}\}`)

func flat(forms map[string][]formOn) (out []formOn) {
	for _, kind := range slices.Sorted(maps.Keys(forms)) {
		out = append(out, forms[kind]...)
	}
	return out
}

func TestEveryFormRefusesAnotherSite(t *testing.T) {
	d, forms := furnished(t)
	d.everyForm(forms)
	refused := func(b *browser, at string, form url.Values) {
		t.Helper()
		for _, from := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
			if a := b.post(at, form, from...); a.status != 403 || !strings.Contains(a.body, "This form came from another website") {
				t.Errorf("%s from %v: %d", at, from, a.status)
			}
		}
	}
	posts := 0
	for _, f := range flat(forms) {
		if f.method == "POST" {
			posts++
			refused(f.by, f.action, f.filled("words", false))
		}
	}
	if posts < 20 {
		t.Errorf("only %d forms", posts)
	}
	for _, door := range doors { // also those that no form leads to
		if door.method == "POST" {
			refused(d.as(demo.Coordinator), regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString("/coordinate"+door.path, "none00000000000"), nil)
		}
	}
}

// TestHostileTextInEveryFieldIsText writes into every field of every form, so long that
// it is refused and shown again, and short enough to be taken, and reads what comes back.
func TestHostileTextInEveryFieldIsText(t *testing.T) {
	d, forms := furnished(t)
	d.everyForm(forms)
	short := "=1+1 mark<script>alert(1)</script>\"><img src=x onerror=alert(1)>' onfocus=x {{.Seal}} </textarea></title>\u202egnp\u2067"
	long := strings.Join(hostile, " ")
	sent := 0
	for _, f := range flat(forms) {
		if f.action == "/coordinate/sign-out" || strings.HasSuffix(f.action, "/second-factor") {
			continue // it has no field
		}
		for _, words := range []string{long, short} {
			for _, everywhere := range []bool{true, false} {
				if !everywhere && strings.HasSuffix(f.action, "/sign-ins") {
					continue // it would end who comes after
				}
				a, there := f.send(words, everywhere)
				if !there {
					continue
				}
				sent++
				say := fmt.Sprintf("%s (%s) with %q everywhere %v: %d", f.kind(), f.action, cut(words), everywhere, a.status)
				if a.status >= 500 || a.status == 303 {
					t.Errorf("%s\n%s", say, cut(a.body))
				}
				if bad := a.unsafe(); bad != "" {
					t.Errorf("%s: %s", say, bad)
				}
				if a.status == 422 && !everywhere && f.shows() && !strings.Contains(a.text(), "mark") {
					t.Errorf("%s: what was written is gone", say)
				}
			}
		}
	}
	if sent < 100 {
		t.Errorf("only %d times", sent)
	}
	for _, p := range []string{"/coordinate", "/coordinate/registrations?status=all", "/coordinate/events?when=all", "/coordinate/people", "/coordinate/good-practice", "/coordinate/champions", "/coordinate/coverage"} {
		for _, who := range []demo.Person{demo.Coordinator, demo.Practitioner, demo.Manager} {
			if bad := d.as(who).get(p).unsafe(); bad != "" {
				t.Errorf("%s afterwards: %s", p, bad)
			}
		}
	}
}

// shows reports whether a form shows again what was written into it: what is secret, or
// mere digits, it does not.
func (f formOn) shows() bool {
	return slices.ContainsFunc(f.fields, func(x fieldOn) bool { return x.worded() && x.kind != "password" && x.name != "code" })
}

var (
	aside  = regexp.MustCompile(`(?s)<bdi>[^<]*</bdi>|"[^"]*"|dir="auto">[^<]*<|<textarea[^>]*>[^<]*</textarea>|\x{2068}[^\x{2069}]*\x{2069}`)
	strays = regexp.MustCompile(`(?i)<(img|svg[/ ]on|iframe|object|embed|base|link rel="(?:import|prefetch))`)
)

// unsafe says how words have become more than text, or nothing.
func (a answer) unsafe() string {
	outside := strings.ToLower(tagText(a))
	for _, s := range []string{"onerror=", "onfocus=", "onload=", "onclick=", "style=", "javascript:"} { // nothing inline, ours or theirs
		if strings.Contains(outside, s) {
			return "there is " + s
		}
	}
	if m := strays.FindString(strings.Replace(a.body, `<img class="hf-qr"`, "", 1)); m != "" {
		return "there is " + m
	}
	if strings.Count(a.body, "<script") != strings.Count(a.body, `<script type="module" src="/coordinate/assets/`) {
		return "there is a script"
	}
	if bare := aside.ReplaceAllString(a.body, ""); strings.Contains(bare, "\u202e") {
		at := strings.Index(bare, "\u202e")
		return fmt.Sprintf("a direction is not kept apart: %q", bare[max(0, at-300):at])
	}
	return ""
}
