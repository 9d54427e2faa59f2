package letter

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/clock"
	"holdfast/hooks/kernel"
	"holdfast/hooks/letterpage"
	"holdfast/hooks/lettertext"
	"holdfast/hooks/pack"
)

// PaperOf is what a letter's sheets bear beside what it says: its kind for a title, its
// organisation's crest, and of one that has gone, that this is the record of it.
func PaperOf(app core.App, letter *core.Record, d *lettertext.Document) (letterpage.Paper, error) {
	crest, err := CrestOf(app, d)
	return letterpage.Paper{Kind: KindOfLetter(app, letter), Crest: crest, Copy: CopyOfLetter(letter)}, err
}

// KindOfLetter is what kind of letter it is, in words; empty where its wording is gone.
func KindOfLetter(app core.App, letter *core.Record) string {
	_, pack, _, err := pack.LetterTemplate(app, letter.GetString("template"))
	if err != nil {
		return ""
	}
	return pack.Title
}

// CopyOfLetter says of a letter that went what it is the record of; nothing of any other.
func CopyOfLetter(letter *core.Record) string {
	how, gone := wentBy[letter.GetString("channel")]
	if status := letter.GetString("status"); !gone || status != "issued" && status != "returned" {
		return ""
	}
	return fmt.Sprintf("Copy of what was %s on %s. It is a record; do not send it.", how, clock.DayOf(letter.GetDateTime("issued_at").Time()))
}

var wentBy = map[string]string{
	"posted": "posted", "print_room": "given to the print room", "hand_delivered": "put through the door",
	"handed_over": "handed over", "emailed": "sent by email",
}

// comeBetween is what stands in the way of an approved letter now, first of all what no
// approver could have lifted: whoever prints it, records it as printed or sends it meets
// the same. It is empty for one that has gone: that is on record as it went.
func comeBetween(app core.App, letter *core.Record) ([]Block, error) {
	if letter.GetString("status") != "approved" {
		return nil, nil
	}
	d, err := asItStands(app, letter)
	if err != nil {
		return nil, err
	}
	if list := d.allHard(true); len(list) > 0 {
		return list, nil
	}
	_, err = whereItGoes(app, letter)
	fields, refused := kernel.Refusal(err)
	if !refused {
		return nil, err
	}
	code := "no_safe_address"
	if coded, ok := fields["kind"].(interface{ Code() string }); ok {
		code = coded.Code()
	}
	return one("kind", code, fields["kind"].Error()), nil
}

// nothingBetween refuses an event of a letter that something has come between.
func nothingBetween(app core.App, letter *core.Record) error {
	list, err := comeBetween(app, letter)
	if err == nil && len(list) > 0 {
		err = refuseKind(list[0].Code, list[0].Message)
	}
	return err
}

// ComeBetween is what stands in the way of an approved letter now, each in a sentence that
// says what would lift it.
func ComeBetween(app core.App, letter *core.Record) (says []string, err error) {
	list, err := comeBetween(app, letter)
	for _, b := range list {
		says = append(says, b.Message)
	}
	return says, err
}
