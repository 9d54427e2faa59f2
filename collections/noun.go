package collections

import (
	"maps"
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Noun is one collection: what it is made of, who may reach it and how it syncs.
type Noun struct {
	Name string
	Auth bool // an auth collection (accounts)

	Fields  []core.Field
	Indexes []Index
	Once    []Index // keys that hooks hold and no index does
	Rules   Rules

	// AppendOnly records can be created and never changed or deleted, by nobody.
	AppendOnly bool
	Repeats    []string // the fields that make a second one of these the first, said again
	// Fixed fields keep the value they were created with.
	Fixed []string
	// Server fields are set by the server alone; a writer that sends one is refused.
	Server []string
	// Stamps are given to a record when somebody makes it, whatever was sent.
	Stamps Stamps
	// Untold is why a family's chronology does not tell of these; empty where it does,
	// and where the noun is not case content.
	Untold string
	// ByServer records are written by the server alone, as what became of something: no
	// door makes one, the operator's least of all.
	ByServer bool
	// Kept fields have their earlier values kept, with who wrote them; nil for what Keeps says.
	Kept []string
	// Plain records are written without a look at how pathways stand, by rules and hooks.
	Plain bool
	// CaseField names the field that holds the case; empty when the noun is not
	// case content. Reading such records is audited.
	CaseField string
	// Sync is nil for what never travels to a phone.
	Sync *Sync
}

// Stamps name the fields that say who made a record and for which agency, and the status
// that it begins with; an empty name is none.
type Stamps struct{ Who, Agency, Status string }

// Rules are PocketBase API rules; an empty string means nobody but a superuser.
type Rules struct {
	Read, Create, Update, Delete, Auth string
	Second                             string // the accounts whose password is not enough
}

// Index is a database index; Where makes it partial.
type Index struct {
	Unique bool
	On     string // comma separated columns, quoted with backticks where they are SQL words
	Where  string
	Given  bool // the server gives it: nobody's record meets another's in it
}

// Sync is how a noun travels to phones.
type Sync struct {
	// Scope is an SQL expression over one row, written with {r} for the row's
	// alias. It gives the row's scope, or NULL when no phone holds the row.
	Scope string
	// Groups are fields that mean something only together: a conflict on one is
	// a conflict on all of them.
	Groups [][]string
	// Policy settles a field that two people changed; the default is Manual.
	Policy map[string]Policy
	// Since is the contract version that introduced the noun's present shape;
	// a phone that learns a newer contract gets these records again.
	Since int
}

// Policy says what happens to a field that two people changed differently.
type Policy string

const (
	Manual Policy = "manual" // keep the server's value, store the other for a person to settle
	Append Policy = "append" // text: both, the later below the earlier
	Union  Policy = "union"  // lists: every value of both
	Max    Policy = "max"    // the greater of the two (numbers, dates)
	Act    Policy = "act"    // what a person did, which the server makes an event of: never in conflict
)

// All is every noun, parents before children.
func All() []*Noun { return all }

var all = inOrder(declared)

// inOrder puts the nouns so that what a record points at comes before it; else by name.
func inOrder(declared []func() *Noun) (all []*Noun) {
	of := map[string]*Noun{}
	for _, declare := range declared {
		n := declare()
		of[ID(n.Name)] = n
	}
	placed := map[string]bool{}
	var place func(id string)
	place = func(id string) {
		if of[id] == nil || placed[id] {
			return
		}
		placed[id] = true // before its relations, which may lead back to it
		for _, f := range of[id].Fields {
			if to, ok := f.(*core.RelationField); ok {
				place(to.CollectionId)
			}
		}
		all = append(all, of[id])
	}
	for _, id := range slices.Sorted(maps.Keys(of)) {
		place(id)
	}
	return all
}

var byName, byID = func() (names, ids map[string]*Noun) {
	names, ids = map[string]*Noun{}, map[string]*Noun{}
	for _, n := range all {
		names[n.Name], ids[ID(n.Name)] = n, n
	}
	return names, ids
}()

// ByName answers the noun of that name, or nil.
func ByName(name string) *Noun { return byName[name] }

// ByID answers the noun whose collection has that id, or nil.
func ByID(id string) *Noun { return byID[id] }

// Owns reports whether the server alone sets this field.
func (n *Noun) Owns(field string) bool { return slices.Contains(n.Server, field) }

// Synced lists the fields that travel to a phone, in declared order: everything
// but secrets, sign-in details and the timestamps PocketBase keeps for itself.
func (n *Noun) Synced() []core.Field {
	var out []core.Field
	for _, f := range n.Fields {
		if f.GetHidden() || f.Type() == core.FieldTypeAutodate || f.Type() == core.FieldTypePassword {
			continue
		}
		out = append(out, f)
	}
	return out
}

// ID is the collection's id: fixed, so that relations can be declared by name.
func ID(name string) string {
	if name == "users" {
		return "_pb_users_auth_"
	}
	return "hf_" + name
}

// Collection builds the PocketBase collection that the noun declares.
func (n *Noun) Collection() *core.Collection {
	c := core.NewBaseCollection(n.Name, ID(n.Name))
	if n.Auth {
		c = core.NewAuthCollection(n.Name, ID(n.Name))
		c.AuthRule = rule(n.Rules.Auth)
		c.PasswordAuth.Enabled = true
		c.PasswordAuth.IdentityFields = []string{"email"}
		c.AuthAlert.Enabled = false
		c.AuthToken.Duration = 8 * 3600
		c.OTP.Enabled, c.OTP.Length, c.OTP.Duration = true, 8, 600
		c.AddIndex("idx_email_"+c.Id, true, "`email` COLLATE NOCASE", "`email` != ''") // two accounts never differ by capitals alone
		c.ResetPasswordTemplate = core.EmailTemplate{Subject: "Choose a new password", Body: "<p>Choose a new password on this page, within half an hour:</p>\n<p><a href=\"{APP_URL}/coordinate/reset/{TOKEN}\">{APP_URL}/coordinate/reset/{TOKEN}</a></p>"}
		c.MFA.Enabled, c.MFA.Rule, c.MFA.Duration = true, n.Rules.Second, 900
	}
	c.ListRule, c.ViewRule = rule(n.Rules.Read), rule(n.Rules.Read)
	c.CreateRule, c.UpdateRule, c.DeleteRule = rule(n.Rules.Create), rule(n.Rules.Update), rule(n.Rules.Delete)
	c.Fields.Add(n.Fields...)
	c.Fields.Add(
		&core.AutodateField{Name: "created", OnCreate: true},
		&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true},
	)
	for _, ix := range n.Indexes {
		c.AddIndex("ix_"+n.Name+"_"+indexSuffix(ix.On), ix.Unique, ix.On, ix.Where)
	}
	return c
}

func rule(s string) *string {
	if s == "" {
		return nil
	}
	return types.Pointer(s)
}

func indexSuffix(on string) string {
	var b []rune
	for _, r := range on {
		if r >= 'a' && r <= 'z' || r == '_' {
			b = append(b, r)
		} else if r == ',' {
			b = append(b, '_')
		}
	}
	return string(b)
}
