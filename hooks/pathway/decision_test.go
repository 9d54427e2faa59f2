package pathway_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast/hooks/pathway"
)

func TestI16WhatALetterEstablishesComesOfALetter(t *testing.T) {
	kinds := []string{"letter.drafted", "letter.approved", "letter.rejected", "letter.issued", "letter.returned", "letter.reply_received", "event.withdrawn", "attempt.recorded"}
	holds(t, kinds, func(t *rapid.T, s *story, r pathway.Result) {
		for _, e := range s.events {
			v := verdict(r, e.ID)
			if strings.HasPrefix(e.Kind, "letter.") && e.ArisesFrom == "" && v.Outcome != pathway.Attempted {
				t.Fatalf("%+v of %+v", v, e)
			}
			if e.Kind == "letter.issued" && v.Outcome != pathway.Attempted && v.CorrectedBy == "" && (e.Data["safe_contact"] != true || e.Data["merge_clean"] != true) {
				t.Fatalf("sent without its checks: %+v", e)
			}
		}
		s.events = slices.DeleteFunc(s.events, func(e pathway.Event) bool { return strings.HasPrefix(e.Kind, "letter.") && e.ArisesFrom == "" })
		for _, e := range s.events {
			if e.Corrects != "" && !slices.ContainsFunc(s.events, func(old pathway.Event) bool { return old.ID == e.Corrects }) {
				return // it took back what has gone
			}
		}
		if again := read(t, s); again.State != r.State || !reflect.DeepEqual(again.Letters, r.Letters) || !reflect.DeepEqual(again.Steps, r.Steps) || !reflect.DeepEqual(again.Timers, r.Timers) {
			t.Fatalf("%s %+v\n%s %+v", r.State, r.Letters, again.State, again.Letters)
		}
	})
}

// counted are the events that count, in the order they happened.
func counted(s *story, r pathway.Result) []pathway.Event {
	by := map[string]pathway.Event{}
	for _, e := range s.events {
		by[e.ID] = e
	}
	var list []pathway.Event
	for _, v := range r.Verdicts {
		if v.Outcome != pathway.Attempted && v.CorrectedBy == "" {
			list = append(list, by[v.Event])
		}
	}
	return list
}

// heardBy are the agencies whose latest answer to a proposal objects, as the server knew it
// when an approval came: what it had by then, whatever days were typed (18).
func heardBy(s *story, r pathway.Result, proposed, approval pathway.Event) (objects []string) {
	answers := slices.DeleteFunc(slices.Clone(s.events), func(e pathway.Event) bool {
		v := verdict(r, e.ID)
		said := v.Outcome != pathway.Attempted || e.OccurredAt.After(approval.OccurredAt) && v.Reasons[0].Code == "state" // to a pathway that had ended meanwhile
		return v.CorrectedBy != "" || !said || !e.OccurredAt.After(proposed.OccurredAt) || e.OccurredAt.After(approval.OccurredAt) && e.ReceivedAt.After(approval.ReceivedAt)
	})
	slices.SortFunc(answers, func(a, b pathway.Event) int { return a.OccurredAt.Compare(b.OccurredAt) })
	latest := map[string]string{}
	for _, e := range answers {
		switch e.Kind {
		case "closure.proposed":
			if e.OccurredAt.After(approval.OccurredAt) {
				return objecting(latest)
			}
		case "closure.consulted", "closure.objected":
			if e.Agency != "" && e.Role != "system" {
				latest[e.Agency] = e.Kind
			}
		}
	}
	return objecting(latest)
}

func objecting(latest map[string]string) (agencies []string) {
	for agency, kind := range latest {
		if kind == "closure.objected" {
			agencies = append(agencies, agency)
		}
	}
	return agencies
}

func TestI17NothingIsClosedUnheard(t *testing.T) {
	many(t, "100", "25000")
	kinds := []string{"closure.proposed", "closure.consulted", "closure.objected", "closure.approved", "closure.approved", "closure.approved", "child.seen"}
	holds(t, kinds, func(t *rapid.T, s *story, r pathway.Result) {
		if !strings.HasPrefix(r.State, "closed_") {
			return
		}
		var proposed pathway.Event
		answered := map[string]bool{}
		for _, e := range counted(s, r) {
			switch e.Kind {
			case "closure.proposed":
				proposed, answered = e, map[string]bool{e.Agency: true}
			case "closure.consulted", "closure.objected":
				answered[e.Agency] = true
			case "closure.approved":
				limit, err := s.cal.Within(proposed.OccurredAt.In(london).Format(time.DateOnly), 5)
				if err != nil {
					t.Fatal(err)
				}
				over := e.OccurredAt.In(london).Format(time.DateOnly) > limit
				objects := heardBy(s, r, proposed, e)
				silent := !answered["agency-a"] || !answered["agency-b"]
				if reason := e.Data["override_reason"] != nil; silent && !(over && reason) || len(objects) > 0 && !reason {
					t.Fatalf("closed by %+v, heard %v, objected to by %v since %+v", e, answered, objects, proposed)
				}
			}
		}
	})
}

func TestI18NobodysOwnApprovalCounts(t *testing.T) {
	kinds := []string{"letter.drafted", "letter.approved", "letter.rejected", "risk_assessment.submitted", "risk_assessment.signed_off", "event.withdrawn"}
	holds(t, kinds, func(t *rapid.T, s *story, r pathway.Result) {
		authors, assessor := map[any][]string{}, ""
		for _, e := range counted(s, r) {
			switch e.Kind {
			case "letter.drafted":
				authors[e.Data["letter_id"]] = append(authors[e.Data["letter_id"]], e.By)
			case "letter.approved":
				if by := authors[e.Data["letter_id"]]; by == nil || slices.Contains(by, e.By) || e.Role != "manager" {
					t.Fatalf("%s approved by %s (%s), written by %v", e.Data["letter_id"], e.By, e.Role, by)
				}
			case "risk_assessment.submitted":
				assessor = e.By
			case "risk_assessment.signed_off":
				if e.By == assessor || e.Role != "manager" {
					t.Fatalf("%s signed off by %s", assessor, e.By)
				}
			}
		}
	})
}
