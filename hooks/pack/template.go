package pack

import (
	"fmt"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/collections"
	"holdfast/hooks/intake"
	"holdfast/hooks/kernel"
	"holdfast/hooks/lettertext"
	"holdfast/hooks/pathway"
)

// BindTemplates compiles every template when it is saved: one that
// does not compile is refused with the place of the fault, never stored to fail on
// a phone.
func BindTemplates(app core.App) {
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
			p, err := ParseEvidencePolicy(body)
			if err != nil {
				return "", err
			}
			return p.Hash(), nil
		},
	}
	for noun, compile := range compilers {
		h := func() *hook.Handler[*core.RecordEvent] {
			return &hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain, Func: func(e *core.RecordEvent) error {
				hash, err := compile([]byte(e.Record.GetString("body")))
				if err != nil {
					return validation.Errors{"body": validation.NewError("does_not_compile", err.Error())}
				}
				e.Record.Set("hash", hash)
				return e.Next()
			}}
		}
		kernel.Creating(app, noun).Bind(h())
		kernel.Updating(app, noun).Bind(h())
	}
}

// LetterTemplate reads a stored letter template.
func LetterTemplate(app core.App, id string) (*core.Record, *lettertext.Pack, *lettertext.Template, error) {
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

func ParseEvidencePolicy(body []byte) (*intake.Policy, error) {
	return intake.Parse(body, collections.EvidenceKinds, collections.BodyImage)
}

// TemplateByID is a stored template of the pathway.
func TemplateByID(app core.App, id string) (*pathway.Template, error) {
	return compiledFrom(app, "pathway_templates", "id = {:id}", dbx.Params{"id": id}, pathway.Parse)
}

// TemplateOf is the template that a pathway pins.
func TemplateOf(tx core.App, id string) (*pathway.Template, error) {
	p, err := tx.FindRecordById("pathways", id)
	if err != nil {
		return nil, err
	}
	t, err := TemplateByID(tx, p.GetString("template"))
	if err != nil {
		return nil, fmt.Errorf("the template of pathway %s: %w", id, err)
	}
	return t, nil
}
