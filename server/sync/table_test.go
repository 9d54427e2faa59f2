package sync

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/feed"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
)

// TestBenchTable prints what sync costs beside what people would use instead, on
// one dataset in one run. It measures and asserts nothing of speed; make bench runs it.
// HOLDFAST_BENCH=push is its table of pushes alone, HOLDFAST_BENCH=pull that of pulls.
func TestBenchTable(t *testing.T) {
	if os.Getenv("HOLDFAST_BENCH") == "" {
		t.Skip("measured by make bench")
	}
	if os.Getenv("HOLDFAST_BENCH") == "push" {
		pushTable(t)
		return
	}
	app := caseload(t, 50, 100_000)
	s := demotest.Serve(t, app, devices.Open, Open, limitRoute)
	p := newPhone(t, s, demo.Practitioner)
	token := s.Token(demo.Practitioner)
	fmt.Printf("\n100,000 records in 50 cases, one user who may see them all; records a second, best of 3;\nthe limit and the stream in turns, the middle of 11\n\n")
	best := func(rounds int, label string, f func() int) float64 {
		best := 0.0
		for range rounds {
			began := time.Now()
			n := f()
			best = max(best, float64(n)/time.Since(began).Seconds())
		}
		fmt.Printf("  %-52s %10.0f\n", label, best)
		return best
	}
	rate := func(label string, f func() int) float64 { return best(3, label, f) }
	list := best(1, "PocketBase's list, 500 a page, total skipped", func() int { return stockList(t, s, token, 1000) })
	first := rate("  its first 20 pages alone: later ones cost more", func() int { return stockList(t, s, token, 20) })
	page := rate("pull, 500 a page", func() int { return pages(t, s, p, 500) })
	limit, stream, share := inTurns(11, func() int { return countLines(t, s, "GET", "/limit", token, nil, "") }, func() int {
		return countLines(t, s, "POST", "/api/sync/pull", p.token, contract.PullRequest{}, "application/x-ndjson")
	})
	fmt.Printf("  %-52s %10.0f\n  %-52s %10.0f\n", "the limit: json_object by a prepared statement", limit, "pull, streamed", stream)
	fmt.Printf("\n  against the list: paged %.1f times, streamed %.1f times; against its first 20 pages %.1f and %.1f; streamed against the limit %.0f %%\n",
		page/list, stream/list, page/first, stream/first, 100*share)
	if os.Getenv("HOLDFAST_BENCH") != "pull" {
		pushTable(t)
		growthTable(t)
	}
}

// inTurns measures two ways in turns, since a machine's speed changes from minute to
// minute: the middle of what each gives a second, and of the second over the first.
func inTurns(rounds int, one, other func() int) (first, second, share float64) {
	var firsts, seconds, shares []float64
	speed := func(f func() int) float64 {
		began := time.Now()
		n := f()
		return float64(n) / time.Since(began).Seconds()
	}
	for range rounds {
		a, b := speed(one), speed(other)
		firsts, seconds, shares = append(firsts, a), append(seconds, b), append(shares, b/a)
	}
	for _, all := range [][]float64{firsts, seconds, shares} {
		slices.Sort(all)
	}
	return firsts[rounds/2], seconds[rounds/2], shares[rounds/2]
}

// stockList reads notes and attempts page by page, as an app on PocketBase would: the
// same rows as the pulls, as far as a number of pages.
func stockList(t *testing.T, s *demotest.Server, token string, most int) int {
	n := 0
	for _, noun := range []string{"notes", "contact_attempts"} {
		for page := 1; page <= most; page++ {
			a := s.Do("GET", fmt.Sprintf("/api/collections/%s/records?perPage=500&skipTotal=1&sort=@rowid&page=%d", noun, page), token, nil)
			var got struct{ Items []json.RawMessage }
			a.JSON(t, &got)
			n += len(got.Items)
			if len(got.Items) < 500 {
				break
			}
		}
	}
	return n
}

func pages(t *testing.T, s *demotest.Server, p *phone, limit int) int {
	n := 0
	var position *string
	for {
		a := s.Do("POST", "/api/sync/pull", p.token, contract.PullRequest{Position: position, Limit: limit}, "Accept-Encoding", "identity")
		var got struct {
			Changes  []json.RawMessage
			Position string
			More     bool
		}
		a.JSON(t, &got)
		n += len(got.Changes)
		position = &got.Position
		if !got.More {
			return n
		}
	}
}

func countLines(t testing.TB, s *demotest.Server, method, path, token string, body any, accept string) int {
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(method, s.URL+path, strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", accept)
	req.Header.Set("Accept-Encoding", "identity")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	n, buf := 0, make([]byte, 64<<10)
	for {
		k, err := res.Body.Read(buf)
		n += strings.Count(string(buf[:k]), "\n")
		if err == io.EOF {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// limitRoute writes the same rows as fast as SQLite gives them: no scopes, no
// rights, no positions, no audit.
func limitRoute(ev *core.ServeEvent) error {
	db, err := pool(ev.App)
	if err != nil {
		return err
	}
	var stmts []*sql.Stmt
	for _, noun := range []string{"notes", "contact_attempts"} {
		object, err := feed.Object(ev.App, noun)
		if err != nil {
			return err
		}
		s, err := db.Prepare(`SELECT ` + object + ` FROM "` + noun + `" r WHERE r."case" LIKE 'bulk%'`)
		if err != nil {
			return err
		}
		stmts = append(stmts, s)
	}
	ev.Router.GET("/limit", func(e *core.RequestEvent) error {
		for _, s := range stmts {
			rows, err := s.Query()
			if err != nil {
				return err
			}
			var line sql.RawBytes
			block := make([]byte, 0, 64<<10)
			for rows.Next() {
				if err := rows.Scan(&line); err != nil {
					return err
				}
				block = append(append(block, line...), '\n')
				if len(block) > 60<<10 {
					if _, err := e.Response.Write(block); err != nil {
						return err
					}
					block = block[:0]
				}
			}
			if _, err := e.Response.Write(block); err != nil {
				return err
			}
			rows.Close()
		}
		return nil
	})
	return nil
}
