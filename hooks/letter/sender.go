package letter

import (
	"encoding/base64"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/account"
	"holdfast/hooks/kernel"
	"holdfast/hooks/letterpage"
	"holdfast/hooks/lettertext"
)

// sentBy puts the agency that writes on its letter: its address and telephone, where an
// undelivered letter goes back to, its crest. None of it is the worker's to write; an
// agency that gave no address leaves them what they wrote as one.
func sentBy(data lettertext.Data, agency *core.Record) {
	if lines := kernel.LinesOf(agency.GetString("address")); len(lines) > 0 {
		if phone := agency.GetString("phone"); phone != "" {
			lines = append(lines, phone)
		}
		data["area.address_lines"] = lettertext.Many(lines...)
	}
	for field, of := range map[string]string{"area.return_line": "return_address", "area.crest": "crest"} {
		if value := agency.GetString(of); value != "" {
			data[field] = lettertext.One(value)
		} else {
			delete(data, field)
		}
	}
}

// ChooseCrest makes a picture the crest of an agency's letters from now on, or, without
// one, takes it off them. Letters that were approved keep the crest that they had.
func ChooseCrest(tx core.App, agency *core.Record, picture []byte) error {
	if err := account.LeadsAgency(tx, agency); err != nil {
		return err
	}
	return SetCrest(tx, agency, picture)
}

// SetCrest is ChooseCrest for who may act for every agency: the operator.
func SetCrest(tx core.App, agency *core.Record, picture []byte) error {
	sum := ""
	if len(picture) > 0 {
		crest, err := letterpage.NewCrest(picture)
		if err != nil {
			return kernel.Wrong("crest", "invalid", err.Error())
		}
		sum = crest.SHA256()
		n, err := tx.CountRecords("crests", dbx.HashExp{"agency": agency.Id, "sha256": sum})
		if err != nil {
			return err
		}
		if n == 0 {
			collection, err := tx.FindCachedCollectionByNameOrId("crests")
			if err != nil {
				return err
			}
			r := core.NewRecord(collection)
			r.Load(map[string]any{"agency": agency.Id, "sha256": sum, "picture": base64.StdEncoding.EncodeToString(crest.JPEG)})
			if err := tx.Save(kernel.AsServer(r)); err != nil {
				return fmt.Errorf("keep a crest: %w", err)
			}
		}
	}
	agency.Set("crest", sum)
	return tx.Save(kernel.AsServer(agency))
}

// CrestOf is the picture that a letter names, or nil where it names none.
func CrestOf(app core.App, d *lettertext.Document) (*letterpage.Crest, error) {
	if d.Crest == "" {
		return nil, nil
	}
	r, err := app.FindFirstRecordByFilter("crests", "sha256 = {:s}", dbx.Params{"s": d.Crest})
	if err != nil {
		return nil, fmt.Errorf("the crest %s of letter %s: %w", d.Crest, d.Reference, err)
	}
	kept, err := base64.StdEncoding.DecodeString(r.GetString("picture"))
	if err != nil {
		return nil, fmt.Errorf("the crest %s: %w", d.Crest, err)
	}
	return letterpage.OpenCrest(kept)
}
