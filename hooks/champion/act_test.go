package champion

import (
	"testing"
)

// Whatever is tried, by whom and from where: nobody serves as a champion before a
// manager has agreed. Every walk through the table is followed.
func TestNobodyServesBeforeAManagerAgreed(t *testing.T) {
	type place struct {
		status Status
		agreed bool
	}
	seen := map[place]bool{}
	queue := []place{{New, false}}
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		if seen[p] {
			continue
		}
		seen[p] = true
		if p.status.Serves() && !p.agreed {
			t.Fatalf("there is a way to %s without the manager", p.status)
		}
		for _, a := range Acts {
			for _, who := range []Who{Applicant, Coordinator, Manager, Server} {
				if a.May(p.status, who) {
					queue = append(queue, place{a.Leads(p.status), p.agreed || who == Manager})
				}
			}
		}
	}
	for _, s := range Statuses {
		if !seen[place{s, true}] && !seen[place{s, false}] {
			t.Errorf("nothing leads to %s", s)
		}
	}
}

func TestWhoMayTakeWhichStep(t *testing.T) {
	for _, c := range []struct {
		from, to Status
		who      Who
		act      string
	}{
		{New, Submitted, Applicant, Submit},
		{Submitted, Awaiting, Coordinator, Ask},
		{Submitted, Awaiting, Applicant, ""},
		{Awaiting, Approved, Manager, Agree},
		{Awaiting, Approved, Coordinator, ""},
		{Awaiting, Approved, Applicant, ""},
		{Awaiting, Declined, Manager, Refuse},
		{Submitted, Active, Coordinator, ""},
		{Approved, Active, Coordinator, ""},
		{Approved, Induction, Coordinator, Induct},
		{Induction, Active, Coordinator, Activate},
		{Induction, Active, Applicant, ""},
		{Active, OnLeave, Applicant, Leave},
		{OnLeave, Active, Applicant, Return},
		{Active, Lapsed, Server, Lapse},
		{Active, Lapsed, Coordinator, ""},
		{Lapsed, Renewed, Manager, Renew},
		{Lapsed, Renewed, Applicant, ""},
		{Lapsed, Active, Coordinator, ""},
		{Active, Withdrawn, Applicant, Withdraw},
		{Withdrawn, Submitted, Applicant, ""},
		{Declined, Submitted, Applicant, ""},
		{Active, Withdrawn, "", ""},
	} {
		a, _ := Between(c.from, c.to, c.who)
		if a.Name != c.act {
			t.Errorf("%s to %s by %s: %q, want %q", c.from, c.to, c.who, a.Name, c.act)
		}
	}
}

func TestOneActLeadsFromOneStatusToAnother(t *testing.T) {
	for i, a := range Acts {
		for _, b := range Acts[:i] {
			if a.To == Same || a.To != b.To {
				continue
			}
			for _, from := range a.From {
				for _, who := range a.By {
					if b.May(from, who) {
						t.Errorf("%s and %s both lead from %s to %s by %s", a.Name, b.Name, from, a.To, who)
					}
				}
			}
		}
	}
	if _, ok := ByName(Renew); !ok || len(Offered(Withdrawn, Coordinator)) != 2 {
		t.Error(Offered(Withdrawn, Coordinator))
	}
}

func TestNobodySharesTheirOwnPractice(t *testing.T) {
	for _, c := range []struct {
		from, to string
		who      Who
		ok       bool
	}{
		{"", "shared", Author, false}, {"draft", "shared", Author, false}, {"submitted", "shared", Author, false},
		{"draft", "submitted", Author, true}, {"submitted", "shared", Coordinator, true}, {"draft", "shared", Coordinator, false},
		{"", "shared", Coordinator, false}, {"submitted", "declined", Coordinator, true}, {"shared", "withdrawn", Author, true},
		{"submitted", "shared", "", false}, {"withdrawn", "shared", Coordinator, false},
	} {
		if ok, _ := MayTurn(c.from, c.to, c.who); ok != c.ok {
			t.Errorf("%q to %q by %q: %v", c.from, c.to, c.who, ok)
		}
	}
	if MayRewrite("shared", Author) || MayRewrite("submitted", Author) || MayRewrite("draft", Coordinator) || !MayRewrite("draft", Author) {
		t.Error("words change when they may not")
	}
}
