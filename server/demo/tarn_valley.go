package demo

import (
	"encoding/json"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"time"

	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
)

// tarnValley is the key of a calendar that one agency keeps for itself.
const tarnValley = "tarn-valley"

// openTarnValley gives the health visitors of Tarn Valley a calendar of their own,
// begun as a copy of the area's.
func openTarnValley(tx core.App) error {
	area, err := tx.FindFirstRecordByFilter("calendars", "key = {:k}", dbx.Params{"k": "england-and-wales"})
	if err != nil {
		return err
	}
	var body map[string]any
	if err := json.Unmarshal([]byte(area.GetString("body")), &body); err != nil {
		return err
	}
	body["key"], body["title"], body["version"] = tarnValley, "Tarn Valley", 1
	return kernel.Within(tx, by(tx, Coordinator), func(tx core.App) error {
		c := core.NewRecord(area.Collection())
		c.Set("key", tarnValley)
		if err := setBody(c, body); err != nil {
			return err
		}
		if err := tx.Save(c); err != nil {
			return err
		}
		agency, err := tx.FindRecordById("agencies", Bronagh.Agency)
		if err != nil {
			return err
		}
		agency.Set("calendar", c.Id)
		return tx.Save(agency)
	})
}

// closeTarnValley closes the valley for two days of next week: whatever is due there
// after them is due later, and says so.
func closeTarnValley(tx core.App, today time.Time) error {
	c, err := tx.FindFirstRecordByFilter("calendars", "key = {:k}", dbx.Params{"k": tarnValley})
	if err != nil {
		return err
	}
	var body map[string]any
	if err := json.Unmarshal([]byte(c.GetString("body")), &body); err != nil {
		return err
	}
	next := today.AddDate(0, 0, 8-int(today.Weekday())) // a Monday, or, on a Sunday, the one after
	body["closures"] = []map[string]any{
		{"date": next.AddDate(0, 0, 1).Format(time.DateOnly), "title": "The ford is under water: clinic closed"},
		{"date": next.AddDate(0, 0, 2).Format(time.DateOnly), "title": "The ford is under water: clinic closed"},
	}
	if err := setBody(c, body); err != nil {
		return err
	}
	c.Set("change_note", "The valley road floods; nobody can get to the clinic or out to families.")
	if err := kernel.Within(tx, by(tx, Coordinator), func(tx core.App) error { return tx.Save(c) }); err != nil {
		return err
	}
	return engagement.RecountCalendars(tx)
}

func setBody(c *core.Record, body map[string]any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	c.Set("body", types.JSONRaw(raw))
	c.Set("title", body["title"])
	return nil
}
