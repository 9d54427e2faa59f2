package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// A coordinator's day in a real browser, against the rooms as main opens them. Every
// page is whole without JavaScript, and the day is the same with it.
func TestBrowserDay(t *testing.T) {
	chromium(t)
	for name, scripts := range map[string]bool{"without JavaScript": false, "with JavaScript": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := livedIn(t)
			told := map[string]any{
				"at": s.URL, "scripts": scripts, "day": time.Now().AddDate(0, 0, -1).Format(time.DateOnly), "undecided": demo.ID("registration", 2),
				"champion": demo.Imre.Account, "token": s.Token(demo.Imre), "case": demo.CaseID(1),
			}
			steps := inBrowser(t, "day.mjs", told, func(ask string) map[string]any {
				switch ask {
				case "offer":
					return map[string]any{"id": offerByPhone(t, s, demo.Colleague)}
				case "mail":
					postMail(t, s.App)
					return map[string]any{}
				}
				return map[string]any{"problem": "nobody does " + ask + " here"}
			})
			if want := 13; len(steps) < want && !t.Failed() {
				t.Errorf("the day had %d steps", len(steps))
			}
		})
	}
}

// offerByPhone hands in a registration that was made with no signal, an hour ago.
func offerByPhone(t *testing.T, s *demotest.Server, who demo.Person) string {
	t.Helper()
	var device contract.DeviceAnswer
	s.Do("POST", "/api/sync/devices", s.SignIn(who), contract.DeviceRequest{Name: "a phone"}).JSON(t, &device)
	m := contract.Mutation{
		ID: strings.ToLower(ulid.Make().String()), Collection: "champion_registrations", Op: "create", Record: demo.ID("offline", 1),
		RecordedAt: time.Now().Add(-time.Hour).UTC().Format("2006-01-02T15:04:05.000Z"), Set: map[string]json.RawMessage{},
	}
	for field, value := range map[string]any{
		"job_title": who.JobTitle, "work_email": who.Email(), "locality": "Fellmoor", "target_groups": []string{"3"},
		"reason":       "I would like my team to have somebody to ask.",
		"manager_name": demo.Manager.Name, "manager_email": demo.Manager.Email(), "directory_consent": true,
	} {
		m.Set[field] = must(json.Marshal(value))
	}
	var a contract.PushAnswer
	s.Do("POST", "/api/sync/push", device.AccessToken, contract.PushRequest{Mutations: []contract.Mutation{m}}).JSON(t, &a)
	if len(a.Results) != 1 || a.Results[0].Verdict != contract.Applied {
		t.Fatalf("the phone's push: %+v", a)
	}
	return m.Record
}
