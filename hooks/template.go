package hooks

import (
	"encoding/json"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/lettertext"
	"holdfast/hooks/pathway"
)

// bindTemplates compiles every template when it is saved: one that
// does not compile is refused with the place of the fault, never stored to fail on
// a phone.
func bindTemplates(app core.App) {
	compilers := map[string]func(body []byte) (hash string, err error){
		"letter_templates": func(body []byte) (string, error) {
			pack, err := lettertext.ParsePack(body)
			if err != nil {
				return "", err
			}
			t, err := pack.Template()
			if err != nil {
				return "", err
			}
			return t.Hash(), nil
		},
		"pathway_templates": func(body []byte) (string, error) {
			t, err := pathway.Parse(body)
			if err != nil {
				return "", err
			}
			return t.Hash(), nil
		},
		"letter_rules": func(body []byte) (string, error) {
			r, err := lettertext.ParseRules(body)
			if err != nil {
				return "", err
			}
			return r.Hash(), nil
		},
		"evidence_policies": func(body []byte) (string, error) {
			p, err := parseEvidencePolicy(body)
			if err != nil {
				return "", err
			}
			return p.Hash(), nil
		},
	}
	for noun, compile := range compilers {
		h := func() *hook.Handler[*core.RecordEvent] {
			return &hook.Handler[*core.RecordEvent]{Priority: orderDomain, Func: func(e *core.RecordEvent) error {
				hash, err := compile([]byte(e.Record.GetString("body")))
				if err != nil {
					return validation.Errors{"body": validation.NewError("does_not_compile", err.Error())}
				}
				e.Record.Set("hash", hash)
				return e.Next()
			}}
		}
		creating(app, noun).Bind(h())
		updating(app, noun).Bind(h())
	}
}

// letterTemplate reads a stored letter template.
func letterTemplate(app core.App, id string) (*core.Record, *lettertext.Pack, *lettertext.Template, error) {
	r, err := app.FindRecordById("letter_templates", id)
	if err != nil {
		return nil, nil, nil, err
	}
	pack, err := lettertext.ParsePack([]byte(r.GetString("body")))
	if err != nil {
		return nil, nil, nil, err
	}
	t, err := pack.Template()
	return r, pack, t, err
}

// decode reads a JSON field into to; an empty field leaves it as it is.
func decode(r *core.Record, field string, to any) error {
	s := r.GetString(field)
	if s == "" || s == "null" {
		return nil
	}
	return json.Unmarshal([]byte(s), to)
}
