package coordinate

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	accountrules "holdfast/hooks/account"
	"holdfast/hooks/kernel"
	"holdfast/hooks/letter"
	"holdfast/hooks/letterpage"
)

// agencyForm is the visitor's own agency as a form.
type agencyForm struct {
	Name, Phone, Locality, Headcount string
	Address, Return, Crest           string
	Done                             bool
	History                          []event
}

func agency(v *visit) error {
	a, err := v.App.FindRecordById("agencies", v.user.GetString("agency"))
	if err != nil {
		return err
	}
	f, err := v.agencyForm(a)
	if err != nil {
		return err
	}
	f.Done = v.Request.URL.Query().Get("done") != ""
	return v.show(http.StatusOK, "agency", page{Title: "Your agency", Body: f})
}

// agencyForm is an agency as it is.
func (v *visit) agencyForm(a *core.Record) (agencyForm, error) {
	past, err := history(v.App.ConcurrentDB(), "agencies", a.Id)
	return agencyForm{
		Name: a.GetString("name"), Phone: a.GetString("phone"), Locality: a.GetString("locality"), Headcount: strconv.Itoa(a.GetInt("headcount")),
		Address: a.GetString("address"), Return: a.GetString("return_address"), Crest: a.GetString("crest"), History: past,
	}, err
}

func changeAgency(v *visit) error {
	form := v.Request.PostForm
	f := agencyForm{Phone: typed(form.Get("phone")), Locality: typed(form.Get("locality")), Headcount: typed(form.Get("headcount")), Address: typed(form.Get("address")), Return: typed(form.Get("return_address"))}
	p := page{Title: "Your agency"}
	n, err := strconv.Atoi(f.Headcount)
	if err != nil || n < 0 || n > 1_000_000 {
		p.Problems = append(p.Problems, problem{"headcount", "Enter a whole number"})
	}
	err = kernel.Within(v.App, v.actor(), func(tx core.App) error {
		a, err := tx.FindRecordById("agencies", v.user.GetString("agency"))
		if err != nil {
			return err
		}
		f.Name, f.Crest = a.GetString("name"), a.GetString("crest")
		if len(p.Problems) > 0 {
			return nil
		}
		return accountrules.ChangeAgency(tx, a, map[string]any{"phone": f.Phone, "locality": f.Locality, "headcount": n, "address": f.Address, "return_address": f.Return})
	})
	fields, refused := kernel.Refusal(err)
	if err != nil && !refused {
		return err
	}
	for field, why := range fields {
		p.Problems = append(p.Problems, problem{field, sentence(why)})
	}
	if len(p.Problems) == 0 {
		return v.Redirect(seeOther, "/coordinate/agency?done=1")
	}
	if f.History, err = history(v.App.ConcurrentDB(), "agencies", v.user.GetString("agency")); err != nil {
		return err
	}
	p.Body = f
	return v.show(http.StatusUnprocessableEntity, "agency", p)
}

// changeCrest takes the picture that stands at the top of the agency's letters, or takes
// it off them.
func changeCrest(v *visit) error {
	picture, err := v.chosenPicture()
	if err != nil {
		return err
	}
	if len(picture) == 0 && v.Request.PostForm.Get("remove") == "" {
		return v.crestRefused("Choose a picture first")
	}
	err = kernel.Within(v.App, v.actor(), func(tx core.App) error {
		a, err := tx.FindRecordById("agencies", v.user.GetString("agency"))
		if err != nil {
			return err
		}
		return letter.ChooseCrest(tx, a, picture)
	})
	if fields, refused := kernel.Refusal(err); refused {
		for _, why := range fields {
			return v.crestRefused(sentence(why))
		}
	}
	if err != nil {
		return err
	}
	return v.Redirect(seeOther, "/coordinate/agency?done=1")
}

// chosenPicture is the file that the form brought; none is no fault.
func (v *visit) chosenPicture() ([]byte, error) {
	file, about, err := v.Request.FormFile("crest")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, nil
	}
	if err != nil {
		return nil, errBody
	}
	defer file.Close()
	if about.Size > letterpage.MaxCrestFile {
		return nil, &refusal{Status: http.StatusRequestEntityTooLarge, Heading: "The picture is too large", Text: letterpage.ErrCrest.Error(), Next: "/coordinate/agency", Link: "Your agency"}
	}
	return io.ReadAll(io.LimitReader(file, letterpage.MaxCrestFile))
}

func (v *visit) crestRefused(why string) error {
	a, err := v.App.FindRecordById("agencies", v.user.GetString("agency"))
	if err != nil {
		return err
	}
	f, err := v.agencyForm(a)
	if err != nil {
		return err
	}
	return v.show(http.StatusUnprocessableEntity, "agency", page{Title: "Your agency", Body: f, Problems: []problem{{"crest", why}}})
}

// crestPicture shows the agency's crest to who is of it.
func crestPicture(v *visit) error {
	r, err := v.App.FindFirstRecordByFilter("crests", "agency = {:a} && sha256 = {:s}", dbx.Params{"a": v.user.GetString("agency"), "s": v.Request.PathValue("sum")})
	if err != nil {
		return errMissing
	}
	picture, err := base64.StdEncoding.DecodeString(r.GetString("picture"))
	if err != nil {
		return err
	}
	return v.Blob(http.StatusOK, "image/jpeg", picture)
}
