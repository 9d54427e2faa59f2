package upload

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"holdfast/hooks/kernel"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// Every door there is, by which somebody who is not on the case could learn of a
// file: for each the answer about a foreign one is byte for byte the answer about
// one that does not exist.
func TestEveryDoorAnswersTheSameForForeignAndMissing(t *testing.T) {
	d := fellmoor(t)
	const here, open, none = "evidencedoor001", "evidencedoor002", "evidencedoor00x"
	photo := jpegOf(300, 200)
	d.announce(here, photo, "kind", "home_conditions")
	wantStatus(t, d.send(here, photo), 204, "")
	d.get("/api/evidence/" + here + "/preview")
	d.announce(open, photo, "kind", "home_conditions")
	lane := d.begin(open, len(photo))
	wantStatus(t, d.patch(lane, 0, photo[:100]), 204, "")
	_, made, _ := d.post("evidence_holds", map[string]any{"case": demo.CaseID(1), "evidence": here, "reason": "r", "authority": "a"})
	holdID := fmt.Sprint(made["id"])
	c := must(d.App.FindFirstRecordByData("evidence_copies", "evidence", here))
	step := must(d.App.FindFirstRecordByData("evidence_events", "evidence", here))
	file := d.row(here).GetString("file")
	var link struct{ URL string }
	d.Do("POST", "/api/evidence/"+here+"/links", d.token, map[string]string{"of": "original"}).JSON(t, &link)

	filter := func(noun, field, id string) string {
		return "/api/collections/" + noun + "/records?filter=" + url.QueryEscape(field+"='"+id+"'")
	}
	tus := []string{"Tus-Resumable", "1.0.0", "Content-Type", offsetType}
	type ask struct {
		method, path string
		body         any
		header       []string
	}
	doors := map[string]func(foreign bool) ask{
		"list": func(f bool) ask { return ask{"GET", filter("evidence", "id", pick(f, here, none)), nil, nil} },
		"list by hash": func(f bool) ask {
			return ask{"GET", filter("evidence", "sha256", pick(f, d.row(here).GetString("sha256"), strings.Repeat("0", 64))), nil, nil}
		},
		"list by file": func(f bool) ask {
			return ask{"GET", filter("evidence", "file", pick(f, file, "original_x.jpg")), nil, nil}
		},
		"list of copies": func(f bool) ask {
			return ask{"GET", filter("evidence_copies", "evidence", pick(f, here, none)), nil, nil}
		},
		"list of custody": func(f bool) ask {
			return ask{"GET", filter("evidence_events", "evidence", pick(f, here, none)), nil, nil}
		},
		"view": func(f bool) ask {
			return ask{"GET", "/api/collections/evidence/records/" + pick(f, here, none), nil, nil}
		},
		"view of custody": func(f bool) ask {
			return ask{"GET", "/api/collections/evidence_events/records/" + pick(f, step.Id, none), nil, nil}
		},
		"view of a copy": func(f bool) ask {
			return ask{"GET", "/api/collections/evidence_copies/records/" + pick(f, c.Id, none), nil, nil}
		},
		"change": func(f bool) ask {
			return ask{"PATCH", "/api/collections/evidence/records/" + pick(f, here, none), map[string]any{"title": "x"}, nil}
		},
		"hold": func(f bool) ask {
			return ask{"PATCH", "/api/collections/evidence_holds/records/" + pick(f, holdID, none), map[string]any{"lifted": true}, nil}
		},
		"file":        func(f bool) ask { return ask{"GET", "/api/evidence/" + pick(f, here, none) + "/original", nil, nil} },
		"file, head":  func(f bool) ask { return ask{"HEAD", "/api/evidence/" + pick(f, here, none) + "/original", nil, nil} },
		"unsent file": func(f bool) ask { return ask{"GET", "/api/evidence/" + pick(f, open, none) + "/original", nil, nil} },
		"range": func(f bool) ask {
			return ask{"GET", "/api/evidence/" + pick(f, here, none) + "/original", nil, []string{"Range", "bytes=0-9"}}
		},
		"wrong range": func(f bool) ask {
			return ask{"GET", "/api/evidence/" + pick(f, here, none) + "/original", nil, []string{"Range", "bytes=999999-"}}
		},
		"not modified": func(f bool) ask {
			return ask{"GET", "/api/evidence/" + pick(f, here, none) + "/original", nil, []string{"If-None-Match", `"` + d.row(here).GetString("sha256") + `"`}}
		},
		"preview": func(f bool) ask { return ask{"GET", "/api/evidence/" + pick(f, here, none) + "/preview", nil, nil} },
		"copy": func(f bool) ask {
			return ask{"GET", "/api/evidence/" + pick(f, here, none) + "/copies/" + c.Id, nil, nil}
		},
		"receipt": func(f bool) ask { return ask{"GET", "/api/evidence/" + pick(f, here, none) + "/receipt", nil, nil} },
		"making a link": func(f bool) ask {
			return ask{"POST", "/api/evidence/" + pick(f, here, none) + "/links", map[string]string{"of": "original"}, nil}
		},
		"stolen link": func(f bool) ask {
			return ask{"GET", pick(f, link.URL, strings.Replace(link.URL, here, none, 1)), nil, nil}
		},
		"stock file": func(f bool) ask {
			return ask{"GET", "/api/files/evidence/" + pick(f, here, none) + "/" + file, nil, nil}
		},
		"stock thumb": func(f bool) ask {
			return ask{"GET", "/api/files/evidence/" + pick(f, here, none) + "/" + file + "?thumb=100x100", nil, nil}
		},
		"stock by id": func(f bool) ask {
			return ask{"GET", "/api/files/hf_evidence/" + pick(f, here, none) + "/" + file, nil, nil}
		},
		"stock copy": func(f bool) ask {
			return ask{"GET", "/api/files/evidence_copies/" + pick(f, c.Id, none) + "/preview.jpg", nil, nil}
		},
		"stock copy's thumb": func(f bool) ask {
			return ask{"GET", "/api/files/hf_evidence_copies/" + pick(f, c.Id, none) + "/preview.jpg?thumb=10x10", nil, nil}
		},
		"bundle": func(f bool) ask {
			return ask{"POST", "/api/evidence/bundles", map[string]string{"case": pick(f, demo.CaseID(1), "case00000000xxx"), "reason": "For the review panel"}, nil}
		},
		"upload, create": func(f bool) ask {
			return ask{"POST", "/api/uploads", nil, append([]string{"Upload-Length", "9", "Upload-Metadata", metadata(pick(f, open, none))}, tus...)}
		},
		"upload, again": func(f bool) ask {
			return ask{"POST", "/api/uploads", nil, append([]string{"Upload-Length", "9", "Upload-Metadata", metadata(pick(f, here, none))}, tus...)}
		},
		"upload, head": func(f bool) ask {
			return ask{"HEAD", pick(f, lane, "/api/uploads/abcdefghijklmnopqrstuvwxyz"), nil, tus}
		},
		"upload, resume": func(f bool) ask {
			return ask{"PATCH", pick(f, lane, "/api/uploads/abcdefghijklmnopqrstuvwxyz"), strings.NewReader("x"), append([]string{"Upload-Offset", "100"}, tus...)}
		},
		"upload, end": func(f bool) ask {
			return ask{"DELETE", pick(f, lane, "/api/uploads/abcdefghijklmnopqrstuvwxyz"), nil, tus}
		},
	}
	before := d.trail(here) + d.chain(here)
	for _, who := range []demo.Person{demo.Outsider, demo.Coordinator, demo.DPO, {Account: "guest"}} {
		token := ""
		if who.ID != "" {
			token = d.Token(who)
		}
		for name, door := range doors {
			if who.ID == demo.DPO.ID && name == "hold" {
				continue // the officer's own: what a hold says, never the file
			}
			do := func(foreign bool) demotest.Answer {
				a := door(foreign)
				got := d.Do(a.method, a.path, token, a.body, a.header...)
				got.Header.Del("Date")
				return got
			}
			if who.ID == "" && name == "stolen link" {
				continue // its bearer's for a minute: TestALinkIsForOnePersonOneFileOneMinute
			}
			foreign, missing := do(true), do(false)
			if foreign.Status != missing.Status || string(foreign.Body) != string(missing.Body) || fmt.Sprint(foreign.Header) != fmt.Sprint(missing.Header) {
				t.Errorf("%s for the %s:\nforeign %d %s %v\nmissing %d %s %v", name, who.Account, foreign.Status, foreign.Body, foreign.Header, missing.Status, missing.Body, missing.Header)
			}
			if foreign.Status < 300 && !strings.HasPrefix(name, "list") {
				t.Errorf("%s for the %s is open: %d", name, who.Account, foreign.Status)
			}
		}
	}
	if after := d.trail(here) + d.chain(here); after != before {
		t.Errorf("the refused requests left a trail:\n%s\n%s", before, after)
	}
	if got := d.offset(lane); got != "100" {
		t.Errorf("the upload stands at %s", got)
	}
}

func pick(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

func TestRanges(t *testing.T) {
	d := fellmoor(t)
	content := d.sealedText("evidencerange01", 1_000)
	hash := `"` + d.row("evidencerange01").GetString("sha256") + `"`
	sealedAt := d.row("evidencerange01").GetDateTime("sealed_at").Time()
	for _, c := range []struct {
		ask, ifRange string
		status       int
		from, to     int // of the body
		says         string
	}{
		{"bytes=0-0", "", 206, 0, 1, "bytes 0-0/1000"},
		{"bytes=10-19", "", 206, 10, 20, "bytes 10-19/1000"},
		{"bytes=990-", "", 206, 990, 1000, "bytes 990-999/1000"},
		{"bytes=-5", "", 206, 995, 1000, "bytes 995-999/1000"},
		{"bytes=-5000", "", 206, 0, 1000, "bytes 0-999/1000"},
		{"bytes=990-5000", "", 206, 990, 1000, "bytes 990-999/1000"},
		{"bytes=1000-", "", 416, 0, 0, "bytes */1000"},
		{"bytes=2000-3000", "", 416, 0, 0, "bytes */1000"},
		{"bytes=20-10", "", 416, 0, 0, ""},
		{"lines=1-2", "", 416, 0, 0, ""},
		{"bytes=0-1,5-6", "", 200, 0, 1000, ""}, // many at once: the whole
		{"bytes=0-1,0-1,0-1,0-1,0-1,0-1,0-1,0-1", "", 200, 0, 1000, ""},
		{"bytes=10-19", hash, 206, 10, 20, "bytes 10-19/1000"},
		{"bytes=10-19", `"another"`, 200, 0, 1000, ""},
		{"bytes=10-19", "W/" + hash, 200, 0, 1000, ""}, // a weak one never matches
		{"bytes=10-19", sealedAt.UTC().Format(http.TimeFormat), 206, 10, 20, "bytes 10-19/1000"},
		{"bytes=10-19", sealedAt.Add(-time.Hour).UTC().Format(http.TimeFormat), 200, 0, 1000, ""},
	} {
		status, h, body := d.get("/api/evidence/evidencerange01/original", "Range", c.ask, "If-Range", c.ifRange)
		want := string(content[c.from:c.to])
		if status != c.status || (status < 300 && string(body) != want) || (c.says != "" && h.Get("Content-Range") != c.says) {
			t.Errorf("%s if %s: %d %q, %d bytes; want %d %q", c.ask, c.ifRange, status, h.Get("Content-Range"), len(body), c.status, c.says)
		}
		if code := (demotest.Answer{Body: body}).Code(); status == 416 && (code != string(contract.RangeBad) || h.Get("Content-Type") != "application/json") {
			t.Errorf("%s is refused with the code %q, as %s", c.ask, code, h.Get("Content-Type"))
		}
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'" {
			t.Errorf("%s: %d may be kept or run: %v", c.ask, status, h)
		}
	}
	if status, h, _ := d.get("/api/evidence/evidencerange01/original", "If-None-Match", hash); status != 304 || h.Get("Cache-Control") != "no-store" {
		t.Errorf("of what the phone has: %d %v", status, h)
	}
}

func TestALinkIsForOnePersonOneFileOneMinute(t *testing.T) {
	d := fellmoor(t)
	content := d.sealedText("evidencelink001", 500)
	d.sealedText("evidencelink002", 500)
	get := func(path, token string) demotest.Answer { return d.Do("GET", path, token, nil) }
	make := func(as *desk) string {
		var l struct {
			URL       string `json:"url"`
			ExpiresIn int    `json:"expires_in"`
		}
		as.Do("POST", "/api/evidence/evidencelink001/links", as.token, map[string]string{"of": "original"}).JSON(t, &l)
		if l.ExpiresIn != 60 {
			t.Errorf("a link for %d seconds", l.ExpiresIn)
		}
		return l.URL
	}
	at := make(d)
	for _, token := range []string{"", d.token} {
		if a := get(at, token); a.Status != 200 || string(a.Body) != string(content) || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("a good link: %d", a.Status)
		}
	}
	if a := get(at, d.Token(demo.School)); a.Status != 401 {
		t.Errorf("somebody else, of the same case: %d", a.Status)
	}
	for _, bad := range map[string]string{
		"another file":   strings.Replace(at, "evidencelink001", "evidencelink002", 1),
		"another door":   strings.Replace(at, "/original?", "/preview?", 1),
		"one letter off": at[:len(at)-2] + "xx",
		"nonsense":       "/api/evidence/evidencelink001/original?link=x",
	} {
		wantStatus(t, get(bad, ""), 401, "unauthorised")
	}
	keys := must(signing.Load(d.App))
	old := must(keys.Seal(signing.Link, ticket{RegisteredClaims: jwt.RegisteredClaims{Issuer: signing.Issuer, Subject: "evidencelink001",
		ExpiresAt: jwt.NewNumericDate(time.Now().Add(-time.Second))}, User: demo.Practitioner.ID, Of: "original"}))
	wantStatus(t, get("/api/evidence/evidencelink001/original?link="+old, ""), 401, "token_expired")
	wantStatus(t, d.Do("POST", "/api/evidence/evidencelink001/links", d.token, map[string]string{"of": "everything"}), 400, "malformed")

	// A phone's link ends with the phone, a person's with their place on the case.
	phone := d.Do("POST", "/api/sync/devices", d.SignIn(demo.Practitioner), map[string]string{"name": "phone"})
	var reg struct {
		Device string
		Token  string `json:"access_token"`
	}
	phone.JSON(t, &reg)
	onPhone := make(&desk{d.Server, t, reg.Token})
	wantStatus(t, get(onPhone, d.token), 401, "unauthorised") // the same person on another device
	wantStatus(t, get(onPhone, reg.Token), 200, "")
	r := must(d.App.FindRecordById("devices", reg.Device))
	r.Set("status", "locked")
	if err := d.App.Save(r); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, get(onPhone, ""), 401, "unauthorised")
	school := make(d.as(demo.School))
	wantStatus(t, get(school, ""), 200, "")
	m := must(d.App.FindFirstRecordByFilter("case_members", "case = '"+demo.CaseID(1)+"' && user = '"+demo.School.ID+"'"))
	m.Set("until", "2020-01-01 00:00:00.000Z")
	if err := d.App.Save(kernel.AsServer(m)); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, get(school, ""), 404, "not_found")
	u := must(d.App.FindRecordById("users", demo.Practitioner.ID))
	u.RefreshTokenKey()
	if err := d.App.Save(kernel.AsServer(u)); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, get(at, ""), 401, "unauthorised")
}

// What an answer bears keeps a browser from running it, whatever was uploaded.
func TestWhatIsDeliveredIsNeverRun(t *testing.T) {
	d := fellmoor(t)
	n := 0
	for _, s := range corpus() {
		if !strings.Contains(s.want, "/") {
			continue
		}
		n++
		id := "evidencerun" + fmt.Sprintf("%04d", n)
		d.announce(id, s.bytes, "kind", s.kind)
		wantStatus(t, d.send(id, s.bytes), 204, "")
		_, h, body := d.get("/api/evidence/" + id + "/original")
		kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
		if kind != s.want || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment; ") || h.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || h.Get("Content-Length") != strconv.Itoa(len(s.bytes)) || len(body) != len(s.bytes) {
			t.Errorf("%s: %v", s.name, h)
		}
	}
	if n < 15 {
		t.Errorf("only %d kinds of file", n)
	}
	var keys struct{ Keys []map[string]string }
	if err := json.Unmarshal(d.Do("GET", "/api/keys", "", nil).Body, &keys); err != nil || len(keys.Keys) != 1 || keys.Keys[0]["kid"] != must(signing.Load(d.App)).ID() {
		t.Errorf("the public key: %v %v", keys, err)
	}
}
