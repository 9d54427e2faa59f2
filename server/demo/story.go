package demo

import (
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// story is a family of which the pathway stands somewhere worth seeing, and how it
// came there. Its household is a family's; what happened is told, day by day.
type story struct {
	family
	Seen int // calendar days ago when somebody last saw the children; 12 where it does not say
	tell func(*telling)
}

// FillAll is Fill and FillStories, all of it or nothing.
func FillAll(app core.App, today time.Time) error {
	return app.RunInTransaction(func(tx core.App) error {
		if err := Fill(tx, today); err != nil {
			return err
		}
		return FillStories(tx, today)
	})
}

// FillStories adds to Fellmoor a family at every interesting state of the pathway:
// what somebody who looks at the demo sees, and what tests of something else need not
// fill.
func FillStories(app core.App, today time.Time) error {
	return app.RunInTransaction(func(tx core.App) error {
		if err := openTarnValley(tx); err != nil {
			return fmt.Errorf("the calendar of Tarn Valley: %w", err)
		}
		for _, list := range [][]story{onTheWay, together, apart, held, ended} {
			for _, s := range list {
				if err := saveStory(tx, s, today); err != nil {
					return fmt.Errorf("family %s: %w", s.Name, err)
				}
			}
		}
		if err := closeTarnValley(tx, today); err != nil {
			return fmt.Errorf("the day Tarn Valley is closed: %w", err)
		}
		return nil
	})
}

func saveStory(tx core.App, s story, today time.Time) error {
	s.Status = "open" // how it ended is told
	if s.Seen == 0 {
		s.Seen = 12
	}
	if err := saveFamily(tx, s.family, today, today.AddDate(0, 0, -s.Seen).Format(time.DateOnly)); err != nil {
		return err
	}
	t := &telling{tx: tx, today: today, family: s.family}
	if s.tell(t); t.err != nil {
		return fmt.Errorf("%d working days ago: %w", t.days, t.err)
	}
	return nil
}
