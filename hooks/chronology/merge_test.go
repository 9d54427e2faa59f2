package chronology_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"holdfast/hooks/chronology"
)

// of is a source over rows, from a place on.
func of(rows []chronology.Row, number int, from chronology.Place, order chronology.Order) chronology.Source {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b chronology.Row) int { return cmpKey(a, b) })
	if order == chronology.Newest {
		slices.Reverse(rows)
	}
	key, id := from.Bounds(number, order)
	i := 0
	return func() (chronology.Row, bool, error) {
		for i < len(rows) {
			r := rows[i]
			i++
			c := cmpKey(r, chronology.Row{Key: key, ID: id})
			if order == chronology.Oldest && c > 0 || order == chronology.Newest && c < 0 {
				return r, true, nil
			}
		}
		return chronology.Row{}, false, nil
	}
}

func cmpKey(a, b chronology.Row) int {
	switch {
	case a.Key != b.Key && a.Key < b.Key, a.Key == b.Key && a.ID < b.ID:
		return -1
	case a.Key == b.Key && a.ID == b.ID:
		return 0
	}
	return 1
}

// However a chronology is cut into pages, and whatever the filter, each row that is
// asked for is given once and in order.
func TestPagesGiveEachRowOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sources := make([][]chronology.Row, rapid.IntRange(0, 5).Draw(t, "sources"))
		want := map[string]bool{}
		f := chronology.Filter{Tag: rapid.SampledFrom([]string{"", "hungry"}).Draw(t, "tag")}
		for i := range sources {
			for j := range rapid.IntRange(0, 12).Draw(t, "rows") {
				day := fmt.Sprintf("2026-01-%02d", rapid.IntRange(1, 6).Draw(t, "day"))
				r := chronology.Row{Kind: fmt.Sprint("kind", i), ID: fmt.Sprintf("id%d%02d", i, j), Key: day, On: day}
				if rapid.Bool().Draw(t, "hungry") {
					r.Tags = []string{"hungry"}
				}
				sources[i] = append(sources[i], r)
				if f.Admits(&r) {
					want[r.ID] = true
				}
			}
		}
		order := chronology.Order(rapid.Bool().Draw(t, "newest"))
		limit, reach := rapid.IntRange(1, 7).Draw(t, "limit"), rapid.IntRange(1, 9).Draw(t, "reach")
		place, got, last := chronology.Place{}, map[string]bool{}, ""
		for range 200 {
			var open []chronology.Source
			for i := range sources {
				open = append(open, of(sources[i], i, place, order))
			}
			page, err := chronology.Cut(chronology.Merge(open, order), f, limit, reach)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Rows {
				if got[r.ID] || !want[r.ID] {
					t.Fatalf("%s is given twice, or was not asked for", r.ID)
				}
				if last != "" && r.Key != last && (r.Key < last) != bool(order) {
					t.Fatalf("%s after %s", r.Key, last)
				}
				got[r.ID], last = true, r.Key
			}
			if !page.More {
				break
			}
			if place, err = chronology.ParsePlace(page.Next.String()); err != nil {
				t.Fatal(err)
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%d rows of %d", len(got), len(want))
		}
	})
}

// The cost of a page is the page's: no source is read beyond what it needs.
func TestAPageReadsNoFurtherThanItself(t *testing.T) {
	read := 0
	var sources []chronology.Source
	for range 4 {
		n := 0
		sources = append(sources, func() (chronology.Row, bool, error) {
			n++
			read++
			return chronology.Row{ID: fmt.Sprintf("%06d", n), Key: fmt.Sprintf("%06d", n)}, n < 100_000, nil
		})
	}
	page, err := chronology.Cut(chronology.Merge(sources, chronology.Oldest), chronology.Filter{}, 50, 5000)
	if err != nil || len(page.Rows) != 50 || !page.More || read > 50+1+4 {
		t.Fatalf("%d rows, %d read, %v", len(page.Rows), read, err)
	}
	read = 0
	if page, err = chronology.Cut(chronology.Merge(sources, chronology.Oldest), chronology.Filter{Tag: "none"}, 50, 200); err != nil || !page.More || read > 200+4 {
		t.Fatalf("a page of nothing read %d rows, more: %v, %v", read, page.More, err)
	}
}

func TestAFilterAsksForWhatItSays(t *testing.T) {
	r := chronology.Row{Kind: "entry", On: "2026-03-01", Until: "2026-03-10", Impact: "negative", Agency: "a", Children: []string{"ivy"}, Tags: []string{"hungry"}}
	home := chronology.Row{Kind: "note", On: "2026-03-01"}
	for f, want := range map[chronology.Filter][2]bool{
		{}:               {true, true},
		{Child: "ivy"}:   {true, true}, // what names no child is of the whole household
		{Child: "jonah"}: {false, true},
		{Kind: "note"}:   {false, true}, {Agency: "a"}: {true, false}, {Tag: "hungry"}: {true, false}, {Impact: "negative"}: {true, false},
		{From: "2026-03-05"}:                        {true, false}, // a day in the period
		{From: "2026-03-11"}:                        {false, false},
		{Until: "2026-02-28"}:                       {false, false},
		{From: "2026-02-01", Until: "2026-03-01"}:   {true, true},
		{From: "2026-03-10", Until: "2026-12-31"}:   {true, false},
		{Child: "ivy", Tag: "hungry", Kind: "note"}: {false, false},
	} {
		if got := [2]bool{f.Admits(&r), f.Admits(&home)}; got != want {
			t.Errorf("%+v admits %v, want %v", f, got, want)
		}
	}
}

// Small things, widely spaced, are kept together whatever lies between (domain 1.3d).
func TestSmallThingsFarApartAreKeptTogether(t *testing.T) {
	rows := []chronology.Row{
		{ID: "1", Key: "2024-02-01", On: "2024-02-01", Kind: "entry", Tags: []string{"hungry", "late"}},
		{ID: "2", Key: "2024-02-09", On: "2024-02-09", Kind: "entry", Tags: []string{"late"}},
		{ID: "3", Key: "2025-06-01", On: "2025-06-01", Kind: "note"},
		{ID: "4", Key: "2026-01-31", On: "2026-01-31", Kind: "attempt", Tags: []string{"hungry"}},
		{ID: "5", Key: "2026-02-01", On: "2026-02-01", Kind: "attempt", Tags: []string{"hungry"}},
		{ID: "6", Key: "2026-02-02", On: "2026-02-02", Kind: "note"},
		{ID: "7", Key: "2026-02-03", On: "2026-02-03", Kind: "entry", Tags: []string{"seen_once"}},
		{ID: "8", Key: "2026-02-04", On: "2026-02-04", Kind: "referral"},
		{ID: "9", Key: "2026-02-09", On: "2026-02-09", Kind: "referral"},
	}
	got, err := chronology.Patterns(of(rows, 0, chronology.Place{}, chronology.Oldest), chronology.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, p := range got {
		said = append(said, fmt.Sprintf("%s%s %d times, %s to %s, longest gap %d, %d named", p.Tag, p.Kind, p.Count, p.First, p.Last, p.LongestGap, len(p.Rows)))
	}
	want := []string{
		"hungry 3 times, 2024-02-01 to 2026-02-01, longest gap 730, 3 named",
		"referral 2 times, 2026-02-04 to 2026-02-09, longest gap 5, 2 named", // two notes are no pattern
		"late 2 times, 2024-02-01 to 2024-02-09, longest gap 8, 2 named",
	}
	if !slices.Equal(said, want) {
		t.Errorf("%q", said)
	}
}

func FuzzPlace(f *testing.F) {
	f.Add(chronology.Place{Key: "2026-01-01", Place: 3, ID: "a"}.String())
	f.Add("W10")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := chronology.ParsePlace(s)
		if err != nil {
			return
		}
		if again, err := chronology.ParsePlace(p.String()); err != nil || again != p {
			t.Fatalf("%q: %+v, %+v, %v", s, p, again, err)
		}
	})
}

// BenchmarkMerge merges a case of 5,000 rows from twenty sources.
func BenchmarkMerge(b *testing.B) {
	sources := make([][]chronology.Row, 20)
	for i := range 5000 {
		day := fmt.Sprintf("20%02d-%02d-%02d", 20+i%7, 1+i%12, 1+i%28)
		sources[i%20] = append(sources[i%20], chronology.Row{Kind: "entry", ID: fmt.Sprintf("%06d", i), Key: day, On: day, Tags: []string{fmt.Sprint("tag", i%9)}})
	}
	for i := range sources {
		slices.SortFunc(sources[i], cmpKey)
	}
	open := func() []chronology.Source {
		var out []chronology.Source
		for _, rows := range sources {
			i := 0
			out = append(out, func() (chronology.Row, bool, error) {
				if i == len(rows) {
					return chronology.Row{}, false, nil
				}
				i++
				return rows[i-1], true, nil
			})
		}
		return out
	}
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			if p, err := chronology.Cut(chronology.Merge(open(), chronology.Oldest), chronology.Filter{}, 5000, 6000); err != nil || len(p.Rows) != 5000 {
				b.Fatal(len(p.Rows), err)
			}
		}
	})
	b.Run("page", func(b *testing.B) {
		for b.Loop() {
			if p, err := chronology.Cut(chronology.Merge(open(), chronology.Newest), chronology.Filter{}, 100, 5000); err != nil || len(p.Rows) != 100 {
				b.Fatal(len(p.Rows), err)
			}
		}
	})
	b.Run("patterns", func(b *testing.B) {
		for b.Loop() {
			if p, err := chronology.Patterns(chronology.Merge(open(), chronology.Oldest), chronology.Filter{}); err != nil || len(p) != 9 {
				b.Fatal(len(p), err)
			}
		}
	})
}
