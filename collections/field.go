package collections

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Limits on what a person may write, in characters.
const (
	shortText = 200
	longText  = 20_000
)

func text(name string) *core.TextField {
	return &core.TextField{Name: name, Max: shortText}
}

func long(name string) *core.TextField {
	return &core.TextField{Name: name, Max: longText}
}

func must(f *core.TextField) *core.TextField { f.Required = true; return f }

func pattern(f *core.TextField, p string) *core.TextField { f.Pattern = p; return f }

// secret is a text that nobody but the server reads.
func secret(f *core.TextField) *core.TextField { f.Hidden = true; return f }

func flag(name string) *core.BoolField { return &core.BoolField{Name: name} }

func number(name string) *core.NumberField {
	return &core.NumberField{Name: name, OnlyInt: true, Min: types.Pointer(0.0)}
}

func choice(name string, values ...string) *core.SelectField {
	return &core.SelectField{Name: name, Values: values, MaxSelect: 1, Required: true}
}

func choices(name string, values ...string) *core.SelectField {
	return &core.SelectField{Name: name, Values: values, MaxSelect: len(values)}
}

// grows marks a list of choices that may get more of them without a new version of the
// contract: a phone takes one that it does not know for none (M37).
func grows(f *core.SelectField) *core.SelectField { growing[f] = true; return f }

var growing = map[core.Field]bool{}

// Grows says whether a field's choices may become more.
func Grows(f core.Field) bool { return growing[f] }

func optional(f *core.SelectField) *core.SelectField { f.Required = false; return f }

func one(name, to string) *core.RelationField {
	return &core.RelationField{Name: name, CollectionId: ID(to), MaxSelect: 1, Required: true}
}

func maybe(name, to string) *core.RelationField {
	return &core.RelationField{Name: name, CollectionId: ID(to), MaxSelect: 1}
}

// several is a list of records, at most as many as a household has people.
func several(name, to string) *core.RelationField {
	return &core.RelationField{Name: name, CollectionId: ID(to), MaxSelect: 30}
}

// body is structured content, at most 256 KiB.
func body(name string) *core.JSONField { return &core.JSONField{Name: name, MaxSize: 256 << 10} }

// whole is what a phone sent, as it is kept when it is not applied: a push is 1 MiB, and
// written as a text within JSON it can become several times as long.
func whole(name string) *core.JSONField { return &core.JSONField{Name: name, MaxSize: 8 << 20} }

func fields(list ...core.Field) []core.Field { return list }
