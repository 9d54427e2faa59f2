package mail

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/clock"
	"holdfast/hooks/kernel"
	"holdfast/hooks/risk"
)

// riskOver says of a row about an immediate risk that nobody need be told any more.
func riskOver(tx core.App, kind string, alarm *core.Record) (bool, error) {
	if !strings.HasPrefix(kind, "risk") {
		return false, nil
	}
	why, err := risk.RiskOver(tx, alarm)
	if kind == "risk_resolved" {
		return why != "resolved", err
	}
	return why != "", err
}

// ofRisk says who raised an immediate risk, when, and where they are rung up; of one that
// is over, who says so. Nothing of the family.
func (l *letter) ofRisk(tx core.App, kind string, alarm *core.Record) error {
	who, ring, err := risk.RiskCaller(tx, alarm, kind == "risk_resolved")
	at := alarm.GetDateTime("raised_at").Time()
	l.Applicant, l.Phone, l.When, l.Clock = oneLine(who), oneLine(ring), clock.Said(at), clock.Hour(at)
	return err
}

// short is a row in as few words as a screen or a text has room for.
func short(tx core.App, row *core.Record) (words, error) {
	kind := row.GetString("kind")
	if kind == "asked" {
		return shortAsked(tx, row)
	}
	alarm, err := tx.FindRecordById(row.GetString("collection"), row.GetString("record"))
	if err != nil {
		return words{}, errOver
	}
	if over, err := riskOver(tx, kind, alarm); err != nil || over {
		return words{}, cmp.Or(err, errOver)
	}
	var l letter
	if err := l.ofRisk(tx, kind, alarm); err != nil {
		return words{}, err
	}
	title, body, err := written("short_"+kind, l)
	return words{Reference: row.Id, To: row.GetString("address"), Kind: kind, Title: title, Body: strings.TrimSpace(body)}, err
}

// shortAsked says that something waits for somebody's answer, as long as it does: neither
// what, nor of whom. The next one takes its place.
func shortAsked(tx core.App, row *core.Record) (words, error) {
	n, err := tx.CountRecords("requests", dbx.HashExp{"user": row.GetString("record"), "standing": "waiting", "acknowledged_at": ""})
	if err != nil || n == 0 {
		return words{}, cmp.Or(err, errOver)
	}
	title, body, err := written("short_asked", letter{})
	return words{Reference: "asked", To: row.GetString("address"), Kind: "asked", Title: title, Body: strings.TrimSpace(body)}, err
}

// unsubscribe takes away a subscription that is no more.
func unsubscribe(tx core.App, id string) error {
	s, err := tx.FindRecordById("push_subscriptions", id)
	if err != nil {
		return nil // it is gone, or it was a number
	}
	if err := tx.Delete(kernel.AsServer(s)); err != nil {
		return fmt.Errorf("a subscription that is no more: %w", err)
	}
	return nil
}
