package kernel

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// Deed is what only some people do on a case.
type Deed int

const (
	_ Deed = iota
	CloseCase
	ReopenCase
	RestrictCase // and add anybody to a restricted one
	EndOthersPlan
	TakeBackOthersReferral
	TakeBackTransfer
	SecondDisposal
	ExportEvidence
)

// allowed says who does a deed: by one of these parts on the case, or one of these roles
// at work; and, where it says so, of the agency that leads the case.
type allowed struct {
	parts   []collections.Part
	roles   []collections.Role
	leading bool
}

// deeds has each deed once. What no line allows is denied: a role or a part that is added
// does nothing until somebody writes it here.
var deeds = map[Deed]allowed{
	CloseCase:              {parts: managing, leading: true},
	ReopenCase:             {parts: running, leading: true},
	RestrictCase:           {roles: []collections.Role{collections.Manager, collections.SafeguardingLead}, leading: true},
	EndOthersPlan:          {parts: managing},
	TakeBackOthersReferral: {parts: managing},
	TakeBackTransfer:       {parts: running},
	SecondDisposal:         {parts: running},
	ExportEvidence:         {parts: running},
}

var (
	managing = []collections.Part{collections.PartManager}
	running  = []collections.Part{collections.PartLead, collections.PartManager}
)

// May says whether a person does a deed on a case. Nobody does one that has no line.
func May(app core.App, person *core.Record, deed Deed, caseID string) (bool, error) {
	by, known := deeds[deed]
	if !known {
		return false, nil
	}
	if by.leading {
		if c, err := app.FindRecordById("cases", caseID); err != nil || !LeadsFor(c, person) {
			return false, err
		}
	}
	if Holds(person, by.roles...) || len(by.parts) == 0 {
		return Holds(person, by.roles...), nil
	}
	part, err := PartIn(app, caseID, person.Id)
	return err == nil && slices.Contains(by.parts, part), err
}
