package coordinate

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"holdfast/server/demo"
)

func TestFiltersSortAndPagesAreInTheAddress(t *testing.T) {
	d := openDesk(t)
	d.crowd(60, 3)
	b := d.as(demo.Coordinator)
	first := b.get("/coordinate/registrations?status=all&sort=name&order=up")
	wants(t, first, 200, "1 to 25 of 60 entries", "Page 1 of 3", "Worker 00000", "Worker 00024", `aria-sort="ascending"`,
		"/coordinate/registrations?order=down&sort=name&status=all", "/coordinate/registrations?order=up&page=2&sort=name&status=all")
	lacks(t, first, "Worker 00025")
	wants(t, b.get("/coordinate/registrations?status=all&sort=name&order=down"), 200, "Worker 00059", `aria-sort="descending"`)
	last := b.get("/coordinate/registrations?status=all&sort=name&order=up&page=3")
	wants(t, last, 200, "51 to 60 of 60 entries", "Worker 00059")
	wants(t, b.get("/coordinate/registrations?status=all&page=999"), 200, "Page 3 of 3")

	wants(t, b.get("/coordinate/registrations?status=all&q=worker+0005"), 200, "11 entries", "Worker 00050", "Worker 00005")
	wants(t, b.get("/coordinate/registrations?status=all&q=%25"), 200, "No entries") // a sign, not everything
	wants(t, b.get("/coordinate/registrations?status=all&q=%25_"), 200, "No entries")
	wants(t, b.get("/coordinate/registrations?status=declined"), 200, "No registrations match your filters")
	agency := b.get("/coordinate/registrations?status=all&agency=crowdagency0001")
	wants(t, agency, 200, "20 entries", "Worker 00001")
	lacks(t, agency, "Worker 00002")
	wants(t, b.get("/coordinate/registrations?status=all&locality=Place+2"), 200, "20 entries", "Worker 00002")
	for _, odd := range []string{"sort=id;DROP", "sort=work_email", "page=-1", "page=x", "status=x'--", "agency='", "q=%00", "q=%ff", "a=1&a=2", "%zz", "q=" + strings.Repeat("x", 3000)} {
		wants(t, b.get("/coordinate/registrations?"+odd), 200)
	}
}

// Whoever looks for somebody knows a part of the name, in any order, and not how it is spelt;
// or the agency.
func TestAListIsSearchedAsPeopleAsk(t *testing.T) {
	d := openDesk(t)
	d.crowd(3, 1)
	for i, name := range []string{"Zofia Wójcik-Łęcka", "Amara Bello", "Bello Zane"} {
		if _, err := d.App.NonconcurrentDB().Update("champion_registrations", dbx.Params{"name": name}, dbx.HashExp{"id": fmt.Sprintf("crowd%010d", i)}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	b := d.as(demo.Coordinator)
	for q, want := range map[string]string{"bello amara": "Amara Bello", "WOJCIK zofia": "Zofia Wójcik-Łęcka", "wójcik lecka": "Zofia Wójcik-Łęcka", "zane agency 0000": "Bello Zane"} {
		wants(t, b.get("/coordinate/registrations?status=all&q="+url.QueryEscape(q)), 200, "1 entry", want)
	}
	wants(t, b.get("/coordinate/registrations?status=all&q=amara+zane"), 200, "No entries")
}

// crowd fills a region: n registrations in so many agencies, one in five waiting.
func (d *desk) crowd(n, agencies int) {
	d.t.Helper()
	err := d.App.NonconcurrentDB().(*dbx.DB).Transactional(func(tx *dbx.Tx) error {
		for i := range agencies {
			if _, err := tx.Insert("agencies", dbx.Params{
				"id": fmt.Sprintf("crowdagency%04d", i), "name": fmt.Sprintf("Agency %04d", i), "kind": "other",
				"locality": fmt.Sprintf("Place %d", i%20), "headcount": i, "active": true,
			}).Execute(); err != nil {
				return err
			}
			if err := crowdAgency(tx, i); err != nil {
				return err
			}
		}
		for i := range n {
			status := []string{"submitted", "active", "active", "lapsed", "active"}[i%5]
			if _, err := tx.Insert("champion_registrations", dbx.Params{
				"id": fmt.Sprintf("crowd%010d", i), "name": fmt.Sprintf("Worker %05d", i), "user": fmt.Sprintf("nobody%09d", i),
				"agency": fmt.Sprintf("crowdagency%04d", i%agencies), "locality": fmt.Sprintf("Place %d", i%agencies%20),
				"status": status, "created": "2026-11-01 09:00:00.000Z",
			}).Execute(); err != nil {
				return err
			}
			if err := crowdHistory(tx, i, agencies, status); err != nil {
				return err
			}
			if err := crowdLogs(tx, i, agencies); err != nil {
				return err
			}
			if status != "active" {
				continue
			}
			if _, err := tx.Insert("champions", dbx.Params{
				"id": fmt.Sprintf("crowd%010d", i), "name": fmt.Sprintf("Worker %05d", i), "user": fmt.Sprintf("nobody%09d", i), "agency_name": fmt.Sprintf("Agency %04d", i%agencies),
				"agency": fmt.Sprintf("crowdagency%04d", i%agencies), "locality": fmt.Sprintf("Place %d", i%agencies%20), "since": "2026-01-10",
			}).Execute(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// crowdAgency is what an agency was over three years, and the targets set for it.
func crowdAgency(tx *dbx.Tx, i int) error {
	for n := range 3 {
		if _, err := tx.Insert("agency_history", dbx.Params{
			"id": fmt.Sprintf("ah%08d%05d", i, n), "agency": fmt.Sprintf("crowdagency%04d", i), "name": fmt.Sprintf("Agency %04d", i), "kind": "other",
			"locality": fmt.Sprintf("Place %d", i%20), "headcount": i + n, "active": true, "at": fmt.Sprintf("%d-01-01 00:00:00.000Z", 2024+n),
		}).Execute(); err != nil {
			return err
		}
		if _, err := tx.Insert("coverage_targets", dbx.Params{
			"id": fmt.Sprintf("ct%08d%05d", i, n), "agency": fmt.Sprintf("crowdagency%04d", i), "from": fmt.Sprintf("%d-04-01", 2024+n), "target": 1 + n, "reason": "As agreed.",
		}).Execute(); err != nil {
			return err
		}
	}
	return nil
}

// crowdLogs are what each of the crowd passed on and advised, and an item they shared.
func crowdLogs(tx *dbx.Tx, i, agencies int) error {
	who := dbx.Params{"user": fmt.Sprintf("nobody%09d", i), "agency": fmt.Sprintf("crowdagency%04d", i%agencies)}
	on := fmt.Sprintf("%d-%02d-%02d", 2024+i%3, 1+i%12, 1+i%28)
	for noun, values := range map[string]dbx.Params{
		"cascade_log":      {"on": on, "audience": "Team", "people": 5, "topic": "Small things add up"},
		"surgery_sessions": {"on": on, "minutes": 30, "people": 2, "questions": `["thresholds","recording"]`, "advice": `["refer"]`},
		"good_practice":    {"title": "Texting before", "body": "A worker texts the day before.", "topics": `["engagement"]`, "status": "shared"},
	} {
		values["id"] = fmt.Sprintf("crowd%010d", i)
		for k, v := range who {
			values[k] = v
		}
		if _, err := tx.Insert(noun, values).Execute(); err != nil {
			return err
		}
	}
	return nil
}

// crowdMeetings are quarterly network meetings over years, to which half of those in the
// directory came.
func (d *desk) crowdMeetings(n int) {
	d.t.Helper()
	db := d.App.NonconcurrentDB()
	for i := range n {
		id := fmt.Sprintf("crowdmeeting%03d", i)
		if _, err := db.Insert("network_events", dbx.Params{"id": id, "kind": "meeting", "title": fmt.Sprintf("Meeting %03d", i), "status": "held",
			"starts_at": d.now.AddDate(0, -3*i-1, 0).UTC().Format(storedAt), "created": d.now.UTC().Format(storedAt)}).Execute(); err != nil {
			d.t.Fatal(err)
		}
		if _, err := db.NewQuery(`INSERT INTO network_attendance (id, event, "user", agency, name, answer)
			SELECT substr(id, 6, 10) || {:tail}, {:event}, "user", agency, name, iif(rowid % 4 < 2, 'attended', iif(rowid % 4 = 2, 'apologies', 'missed')) FROM champions WHERE id LIKE 'crowd%'`).
			Bind(dbx.Params{"event": id, "tail": fmt.Sprintf("a%04d", i)}).Execute(); err != nil {
			d.t.Fatal(err)
		}
	}
}

// crowdHistory is what each of the crowd went through: six steps over two years.
func crowdHistory(tx *dbx.Tx, i, agencies int, status string) error {
	for n, to := range []string{"submitted", "awaiting_manager", "approved", "induction", "active", status} {
		if _, err := tx.Insert("champion_history", dbx.Params{
			"id": fmt.Sprintf("h%08d%06d", i, n), "registration": fmt.Sprintf("crowd%010d", i), "user": fmt.Sprintf("nobody%09d", i),
			"agency": fmt.Sprintf("crowdagency%04d", i%agencies), "locality": fmt.Sprintf("Place %d", i%20), "target_groups": `["2","3"]`,
			"act": "amend", "status": to, "at": fmt.Sprintf("%d-%02d-%02d 09:00:00.000Z", 2024+n/3, 1+(i+n)%10, 1+i%28), "by_kind": "server",
		}).Execute(); err != nil {
			return err
		}
	}
	return nil
}

func TestAnAddressMadeByTheListIsReadByTheList(t *testing.T) {
	u, _ := url.Parse("/coordinate/registrations?status=all&q=a%26b&locality=Tarn+Valley&page=4&evil=1")
	s := parseSearch(u, []string{"received", "name"}, false)
	if got := s.SortBy("name"); got != "/coordinate/registrations?locality=Tarn+Valley&order=up&q=a%26b&sort=name&status=all" {
		t.Errorf("SortBy: %s", got)
	}
	if s.Page != 4 || s.Sort != "received" || s.Order("received") != "ascending" || s.Order("name") != "none" {
		t.Errorf("read as %+v", s)
	}
}
