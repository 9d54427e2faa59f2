package coordinate

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/clock"
	"holdfast/hooks/feed"
	"holdfast/hooks/kernel"
)

// entryBody is one entry of a logbook, with its history.
type entryBody struct {
	*logbook
	ID, Who, Agency string
	Lines           []line
	History         []event
	Own             bool
	Done            string
}

// entryForm is an entry as it stands in a form.
type entryForm struct {
	*logbook
	ID      string
	Rev     int64
	Values  map[string]string
	Chosen  map[string][]string
	Options map[string][]choice
}

// Has reports whether a tag of a field is ticked.
func (f entryForm) Has(field, tag string) bool { return slices.Contains(f.Chosen[field], tag) }

// entry finds an entry within the visitor's sight.
func (v *visit) entry(app core.App, b *logbook, id string) (*core.Record, error) {
	t := v.logSight()
	t.and(`x.id = {:id}`, dbx.Params{"id": id})
	var one int
	if err := app.ConcurrentDB().NewQuery(`SELECT count(*) FROM ` + b.Noun + ` x WHERE ` + t.where()).Bind(t.params).Row(&one); err != nil {
		return nil, err
	}
	r, err := app.FindRecordById(b.Noun, id)
	if one == 0 || err != nil {
		return nil, errMissing
	}
	return r, nil
}

func (b *logbook) show(v *visit) error {
	if _, err := v.keepsLog(); err != nil {
		return err
	}
	r, err := v.entry(v.App, b, v.Request.PathValue("id"))
	if err != nil {
		return err
	}
	body := entryBody{logbook: b, ID: r.Id, Own: r.GetString("user") == v.user.Id}
	if u, err := v.App.FindRecordById("users", r.GetString("user")); err == nil {
		body.Who = u.GetString("name")
	}
	if a, err := v.App.FindRecordById("agencies", r.GetString("agency")); err == nil {
		body.Agency = a.GetString("name")
	}
	for _, f := range b.Fields {
		value := r.GetString(f.Name)
		switch {
		case f.Kind == "date":
			value = clock.Day(value)
		case f.Kind == "number":
			value = digits(r.GetInt(f.Name))
		case f.Kind == "tags":
			value = b.named(r.GetStringSlice(f.Name))
		case f.Name == "resource" && value != "":
			if about, err := v.App.FindRecordById("resources", value); err == nil {
				value = about.GetString("title") + ", version " + strconv.Itoa(r.GetInt("resource_version"))
			}
		}
		body.Lines = append(body.Lines, line{strings.TrimSuffix(f.Label, " (optional)"), value})
	}
	if body.History, err = history(v.App.ConcurrentDB(), b.Noun, r.Id); err != nil {
		return err
	}
	switch v.Request.URL.Query().Get("done") {
	case "new":
		body.Done = "It is recorded."
	case "change":
		body.Done = "It is corrected."
	}
	return v.show(http.StatusOK, "log-entry", page{Title: b.One, Body: body})
}

// blank shows the form of a new entry.
func (b *logbook) blank(v *visit) error {
	if writes, err := v.keepsLog(); err != nil || !writes {
		return orRole(err)
	}
	f := entryForm{logbook: b, Values: map[string]string{"on": v.room.now().In(london).Format(time.DateOnly)}}
	return v.showEntry(http.StatusOK, f, nil)
}

// change shows the form of an entry of the visitor's own.
func (b *logbook) change(v *visit) error {
	r, err := v.ownEntry(v.App, b)
	if err != nil {
		return err
	}
	f := entryForm{logbook: b, ID: r.Id, Values: map[string]string{}, Chosen: map[string][]string{}}
	for _, field := range b.Fields {
		f.Values[field.Name] = r.GetString(field.Name)
		if field.Kind == "tags" {
			f.Chosen[field.Name] = r.GetStringSlice(field.Name)
		}
	}
	if f.Rev, err = feed.Rev(v.App.ConcurrentDB(), b.Noun, r.Id); err != nil {
		return err
	}
	return v.showEntry(http.StatusOK, f, nil)
}

// ownEntry finds an entry that the visitor may correct: what somebody else recorded is
// theirs to put right, as the collection's rule has it.
func (v *visit) ownEntry(app core.App, b *logbook) (*core.Record, error) {
	if _, err := v.keepsLog(); err != nil {
		return nil, err
	}
	r, err := v.entry(app, b, v.Request.PathValue("id"))
	if err == nil && r.GetString("user") != v.user.Id {
		err = errOthersEntry
	}
	return r, err
}

func (v *visit) showEntry(status int, f entryForm, problems []problem) error {
	title := f.Add
	if f.ID != "" {
		title = "Correct: " + strings.ToLower(f.One[:1]) + f.One[1:]
	}
	f.Options = map[string][]choice{}
	for _, field := range f.Fields {
		f.Options[field.Name] = field.Options
	}
	if f.logbook == cascade {
		var all []choice
		if err := v.App.ConcurrentDB().NewQuery(`SELECT id, title AS name FROM resources WHERE published OR id = {:is} ORDER BY title COLLATE NOCASE`).
			Bind(dbx.Params{"is": f.Values["resource"]}).All(&all); err != nil {
			return err
		}
		f.Options["resource"] = append([]choice{{"", "None"}}, all...)
	}
	return v.show(status, "log-form", page{Title: title, Body: f, Problems: sortedProblems(problems)})
}

// save takes the form of a new entry, or of one of the visitor's own if it is still as
// they saw it.
func (b *logbook) save(v *visit) error {
	writes, err := v.keepsLog()
	if err != nil || !writes {
		return orRole(err)
	}
	if v.Request.PathValue("id") != "" {
		if _, err := v.ownEntry(v.App, b); err != nil {
			return err
		}
	}
	f, problems := b.read(v)
	if len(problems) == 0 {
		var saved string
		err := kernel.Within(v.App, v.actor(), func(tx core.App) error {
			r, err := v.entryToWrite(tx, b, f)
			if err != nil {
				return err
			}
			for _, field := range b.Fields {
				if field.Kind == "tags" {
					r.Set(field.Name, f.Chosen[field.Name])
				} else {
					r.Set(field.Name, f.Values[field.Name])
				}
			}
			if err := tx.Save(r); err != nil {
				return err
			}
			saved = r.Id
			return nil
		})
		fields, refused := kernel.Refusal(err)
		if err == nil {
			done := "new"
			if f.ID != "" {
				done = "change"
			}
			return v.Redirect(seeOther, b.Path+"/"+saved+"?done="+done)
		}
		if !refused {
			return err
		}
		for field, why := range fields {
			problems = append(problems, problem{field, sentence(why)})
		}
	}
	return v.showEntry(http.StatusUnprocessableEntity, f, problems)
}

// entryToWrite is the record that a form is about.
func (v *visit) entryToWrite(tx core.App, b *logbook, f entryForm) (*core.Record, error) {
	if f.ID == "" {
		c, err := tx.FindCachedCollectionByNameOrId(b.Noun)
		if err != nil {
			return nil, err
		}
		return core.NewRecord(c), nil
	}
	r, err := v.ownEntry(tx, b)
	if err != nil {
		return nil, err
	}
	rev, err := feed.Rev(tx.NonconcurrentDB(), b.Noun, r.Id)
	if err == nil && rev != f.Rev {
		err = &refusal{Status: http.StatusConflict, Heading: "This has changed since you opened it", Text: "Nothing was changed by this form.",
			Next: b.Path + "/" + r.Id, Link: "Look at it as it is now"}
	}
	return r, err
}

// read is what was typed, and what of it cannot be read.
func (b *logbook) read(v *visit) (entryForm, []problem) {
	form := v.Request.PostForm
	f := entryForm{logbook: b, ID: v.Request.PathValue("id"), Values: map[string]string{}, Chosen: map[string][]string{}}
	f.Rev, _ = strconv.ParseInt(form.Get("rev"), 10, 64)
	var problems []problem
	for _, field := range b.Fields {
		value := typed(form.Get(field.Name))
		f.Values[field.Name], f.Chosen[field.Name] = value, form[field.Name]
		n, err := strconv.Atoi(value)
		_, noDay := time.Parse(time.DateOnly, value)
		switch {
		case value == "" && field.Must != "":
			problems = append(problems, problem{field.Name, field.Must})
		case field.Kind == "date" && noDay != nil:
			problems = append(problems, problem{field.Name, "Enter a day, such as 2026-03-31"})
		case field.Kind == "number" && value != "" && (err != nil || n < 0 || n > 10_000):
			problems = append(problems, problem{field.Name, "Enter a whole number"})
		}
	}
	return f, problems
}

func orRole(err error) error {
	if err == nil {
		return errRole
	}
	return err
}

var errOthersEntry = &refusal{Status: http.StatusForbidden, Heading: "This is for who recorded it to correct",
	Text: "Nothing was changed. Ask them to correct it, on their phone or on these pages.",
	Next: "/coordinate", Link: "Go to what needs you today"}
