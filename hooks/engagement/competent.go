package engagement

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/family"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
)

// Who can consent. No age is made up here: from 16 somebody is taken to be able to decide
// (Mental Capacity Act 2005, s1(2) and s2(5)); a younger child decides who understands what is
// asked (Gillick v West Norfolk and Wisbech AHA [1986] AC 112), which somebody has to have
// looked at and says; for any other child it is whoever has parental responsibility or the
// care of them (Children Act 1989, s2 and s3). That a baby understands nothing of it is
// nature, and no law.
const (
	capable   = 16  // years
	infant    = 2   // years, before which a child is a baby
	pregnancy = 280 // days before a birth, in which somebody may consent for who is not born yet
)

// Consent is one, as a record has it: whose, of what day, about whom, with the fields that
// hold them.
type Consent struct {
	By, On, About          string // a list of children, for about
	Why                    string
	ByField, OnField, Text string
}

// MayStand refuses a consent of who cannot give one, or of before they or the child that it
// is about were there.
func (c Consent) MayStand(app core.App, r *core.Record) error {
	giver, err := app.FindRecordById("people", c.By)
	if err != nil {
		return nil // which the relation itself says
	}
	born, on := bornOn(giver), c.On
	switch {
	case born == "" && giver.GetString("kind") == "child" && giver.GetString("expected_on") != "", giver.GetString("kind") == "child" && born != "" && on >= born && on < yearsAfter(born, infant):
		return kernel.Wrong(c.ByField, "cannot_consent", "A baby consents to nothing: name who has parental responsibility, or who has the care of the child and consented.")
	case born != "" && on < born:
		return kernel.Wrong(c.OnField, "before_birth", "This is before "+family.PersonOf(giver).As(kernel.Today())+" was born: give the day on which they consented.")
	case giver.GetString("kind") == "child" && (born == "" || on < yearsAfter(born, capable)) && !pathway.Substance(c.Why):
		return kernel.Wrong(c.Text, "too_short", "Say in a sentence how this child understood what they agreed to; or name who has parental responsibility and consented.")
	}
	ids := r.GetStringSlice(c.About)
	if child := r.GetString("child"); child != "" {
		ids = append(ids, child)
	}
	if len(ids) == 0 {
		return nil
	}
	var children []*core.Record
	if err := app.RecordQuery("people").AndWhere(dbx.HashExp{"id": anyOf(ids)}).All(&children); err != nil {
		return err
	}
	for _, child := range children {
		if born := bornOn(child); born != "" && on < yearsAfter(born, 0, -pregnancy) {
			return kernel.Wrong(c.OnField, "before_birth", "This is long before "+family.PersonOf(child).As(kernel.Today())+" was born: give the day on which they consented.")
		}
	}
	return nil
}

// bornOn is the day on which somebody was born; empty where nobody wrote it down, or it has
// still to come.
func bornOn(person *core.Record) string {
	if day := person.GetString("date_of_birth"); day <= kernel.Today() {
		return day
	}
	return ""
}

func anyOf(ids []string) []any {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	return list
}

// yearsAfter is the same day some years later, and so many days after that.
func yearsAfter(day string, years int, days ...int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	for _, n := range days {
		t = t.AddDate(0, 0, n)
	}
	return t.AddDate(years, 0, 0).Format(time.DateOnly)
}

// saidByABaby refuses an event by which a baby, or who is not born, agreed to something: a word
// that nobody gave would begin the work again.
func saidByABaby(e *core.RecordEvent) error {
	kind := e.Record.GetString("kind")
	if kernel.IsServer(e.Record) || kind != "consent.given" && kind != "plan.agreed" {
		return e.Next()
	}
	data := map[string]any{}
	_ = kernel.Decode(e.Record, "data", &data) // the engine says what is wrong with it
	who, _ := data["person"].(string)
	giver, err := e.App.FindRecordById("people", who)
	if err != nil || giver.GetString("kind") != "child" {
		return e.Next()
	}
	born, on := bornOn(giver), kernel.LocalDay(e.Record.GetDateTime("occurred_at"))
	if born == "" && giver.GetString("expected_on") != "" || born != "" && on < yearsAfter(born, infant) {
		return kernel.Wrong("data", "cannot_consent", "A baby consents to nothing: name who has parental responsibility, or who has the care of the child and agreed.")
	}
	return e.Next()
}
