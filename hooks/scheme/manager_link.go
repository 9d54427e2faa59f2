package scheme

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/champion"
	"holdfast/hooks/kernel"
)

// NewLink makes a registration's single-use link for its line manager and makes
// every earlier one void. The token is 256 random bits and is nowhere but in what is
// returned; the store holds its hash.
func NewLink(tx core.App, registration *core.Record, purpose string, at types.DateTime) (token string, err error) {
	policy, err := PolicyOn(tx, at.Time().In(kernel.London).Format(time.DateOnly))
	if err != nil {
		return "", err
	}
	if err := voidLinks(tx, registration.Id, at); err != nil {
		return "", err
	}
	c, err := tx.FindCachedCollectionByNameOrId("manager_links")
	if err != nil {
		return "", err
	}
	var raw [32]byte
	rand.Read(raw[:]) // never fails
	token = base64.RawURLEncoding.EncodeToString(raw[:])
	link := core.NewRecord(c)
	link.Load(map[string]any{
		"registration": registration.Id, "purpose": purpose, "token_hash": kernel.HashOf(token), "email": registration.GetString("manager_email"),
		"expires_at": at.Add(time.Duration(policy.LinkDays) * 24 * time.Hour),
	})
	if err := tx.Save(kernel.AsServer(link)); err != nil {
		return "", fmt.Errorf("a manager's link: %w", err)
	}
	return token, nil
}

// OpenLink finds the link of a token and its registration, while both wait for the
// manager; ErrLink for everything else.
func OpenLink(app core.App, token string, at types.DateTime) (link, registration *core.Record, err error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(32) {
		return nil, nil, kernel.ErrLink
	}
	link, err = app.FindFirstRecordByData("manager_links", "token_hash", kernel.HashOf(token))
	if err != nil {
		return nil, nil, kernel.ErrLink
	}
	if !link.GetDateTime("answered_at").IsZero() || !link.GetDateTime("void_at").IsZero() || !at.Before(link.GetDateTime("expires_at")) {
		return nil, nil, kernel.ErrLink
	}
	registration, err = app.FindRecordById("champion_registrations", link.GetString("registration"))
	if err != nil {
		return nil, nil, kernel.ErrLink
	}
	act, _ := champion.ByName(managerActs[link.GetString("purpose")][0])
	if !act.May(champion.Status(registration.GetString("status")), champion.Manager) {
		return nil, nil, kernel.ErrLink
	}
	return link, registration, nil
}

// managerActs are the acts of agreeing and refusing, by what was asked.
var managerActs = map[string][2]string{
	"agreement": {champion.Agree, champion.Refuse},
	"renewal":   {champion.Renew, champion.RefuseRenewal},
}

// Answer is what a line manager says.
type Answer struct {
	Agrees       bool
	Name, Reason string
	Hours        int // released a quarter
}

// AnswerLink takes a manager's answer, once: the second answer of two at the same
// time finds the link used. The error is ErrLink, field errors, or a failure.
func AnswerLink(app core.App, token string, a Answer, at types.DateTime) error {
	return kernel.Within(app, kernel.Actor{Door: ManagerDoor}, func(tx core.App) error {
		link, r, err := OpenLink(tx, token, at)
		if err != nil {
			return err
		}
		if strings.TrimSpace(a.Name) == "" {
			return kernel.Wrong("answered_by", "required", "Enter your name.")
		}
		if !a.Agrees && strings.TrimSpace(a.Reason) == "" {
			return kernel.Wrong("reason", "required", "Say why you do not agree.")
		}
		acts, said := managerActs[link.GetString("purpose")], "agreed"
		act := acts[0]
		if !a.Agrees {
			act, said = acts[1], "refused"
		}
		link.Load(map[string]any{"answered_at": at, "answer": said, "answered_by": a.Name, "reason": a.Reason, "hours": a.Hours})
		if err := tx.Save(kernel.AsServer(link)); err != nil {
			return err
		}
		return Take(tx, r, kernel.Taken{Act: act, By: a.Name, Reason: a.Reason, At: at})
	})
}

// voidLinks ends the links of a registration that nobody has answered.
func voidLinks(tx core.App, registration string, at types.DateTime) error {
	open, err := tx.FindAllRecords("manager_links", dbx.HashExp{"registration": registration, "void_at": "", "answered_at": ""})
	if err != nil {
		return err
	}
	for _, l := range open {
		l.Set("void_at", at)
		if err := tx.Save(kernel.AsServer(l)); err != nil {
			return err
		}
	}
	return nil
}

// agreedBefore reports whether a manager at this address was the last to agree.
func agreedBefore(app core.App, registration, email string) (bool, error) {
	var last []string
	err := app.ConcurrentDB().NewQuery(`SELECT email FROM manager_links WHERE registration = {:r} AND answer = 'agreed'
		ORDER BY answered_at DESC LIMIT 1`).Bind(dbx.Params{"r": registration}).Column(&last)
	return len(last) == 1 && strings.EqualFold(last[0], email), err
}
