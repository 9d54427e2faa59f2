package risk

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// RiskPolicy is how an area has an immediate risk told until somebody answers.
type RiskPolicy struct {
	Duty  []string      // the accounts that have the duty across the area
	After time.Duration // unanswered, it is told again, and more widely
	Times int           // after so many times it is said that nobody answers
	Text  bool          // by text message too
}

// houseRiskPolicy holds where an area decided nothing: a quarter of an hour is as long as
// a child in danger may wait for somebody to look, and the four circles are told within
// the hour.
var houseRiskPolicy = RiskPolicy{After: 15 * time.Minute, Times: 4}

// RiskPolicyOf is the policy that holds now: the latest decided, or the house's own.
func RiskPolicyOf(app core.App) (RiskPolicy, error) {
	r := &core.Record{}
	err := app.RecordQuery("risk_policies").OrderBy("rowid DESC").Limit(1).One(r)
	if errors.Is(err, sql.ErrNoRows) {
		return houseRiskPolicy, nil
	}
	if err != nil {
		return RiskPolicy{}, fmt.Errorf("the policy on immediate risks: %w", err)
	}
	return RiskPolicy{Duty: r.GetStringSlice("duty"), After: time.Duration(r.GetInt("again_after")) * time.Minute, Times: r.GetInt("times"), Text: r.GetBool("text")}, nil
}
