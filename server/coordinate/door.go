package coordinate

import (
	"net/http"
	"slices"

	"holdfast/collections"
	"holdfast/hooks/kernel"
)

// The roles that have pages here (domain 1.0); the others have none.
var (
	coordinator = collections.Coordinator
	agencyLead  = collections.AgencyLead
	manager     = collections.Manager
	officer     = collections.DPO
)

// roles are whom a page opens to. A door that names none opens to nobody.
type roles []collections.Role

var (
	everyone = roles{coordinator, agencyLead, manager}
	scheme   = roles{coordinator, agencyLead}
	// those who answer for other people's phones
	answering = roles{manager, agencyLead}
	// whoever is signed in: what a page shows is then a matter of whose it is
	anybody = roles{{}}
)

// door is one page or action and the roles it opens to.
type door struct {
	method, path string
	roles        roles
	page         func(*visit) error
}

// doors is the whole of what can be reached once signed in.
var doors = []door{
	{"GET", "", anybody, today},
	{"GET", "/registrations", everyone, registrations.page},
	{"GET", "/registrations.csv", everyone, registrations.csv},
	{"GET", "/registrations/{id}", everyone, registration},
	{"POST", "/registrations/{id}/{action}", roles{coordinator}, decide},
	{"GET", "/champions", scheme, directory.page},
	{"GET", "/champions.csv", scheme, directory.csv},
	{"GET", "/coverage", scheme, coverage},
	{"GET", "/coverage.csv", scheme, coverageCSV},
	{"GET", "/approvals", roles{manager}, approvals},
	{"GET", "/approvals/{event}", roles{manager}, letterToApprove},
	{"POST", "/approvals/{event}/{answer}", roles{manager}, answerApproval},
	{"GET", "/transfers", roles{manager}, transfers},
	{"POST", "/transfers", roles{manager}, askTransfer},
	{"POST", "/transfers/{id}/{answer}", roles{manager}, answerTransfer},
	{"GET", "/events", scheme, events.page},
	{"GET", "/events.csv", scheme, events.csv},
	{"GET", "/events/new", roles{coordinator}, newEvent},
	{"POST", "/events", roles{coordinator}, saveEvent},
	{"GET", "/events/{id}", scheme, eventPage},
	{"GET", "/events/{id}/change", roles{coordinator}, changeEvent},
	{"POST", "/events/{id}", roles{coordinator}, saveEvent},
	{"POST", "/events/{id}/attendance", roles{coordinator}, recordAttendance},
	{"GET", "/events/{id}/attendance.csv", scheme, attendance.csv},
	{"GET", "/good-practice", scheme, practices.page},
	{"GET", "/good-practice.csv", scheme, practices.csv},
	{"GET", "/good-practice/{id}", scheme, practice},
	{"POST", "/good-practice/{id}/{action}", roles{coordinator}, moderatePractice},
	{"GET", "/cascade", anybody, cascade.list},
	{"GET", "/cascade.csv", anybody, cascade.file},
	{"GET", "/cascade/new", anybody, cascade.blank},
	{"POST", "/cascade", anybody, cascade.save},
	{"GET", "/cascade/{id}", anybody, cascade.show},
	{"GET", "/cascade/{id}/change", anybody, cascade.change},
	{"POST", "/cascade/{id}", anybody, cascade.save},
	{"GET", "/surgeries", anybody, surgery.list},
	{"GET", "/surgeries.csv", anybody, surgery.file},
	{"GET", "/surgeries/new", anybody, surgery.blank},
	{"POST", "/surgeries", anybody, surgery.save},
	{"GET", "/surgeries/{id}", anybody, surgery.show},
	{"GET", "/surgeries/{id}/change", anybody, surgery.change},
	{"POST", "/surgeries/{id}", anybody, surgery.save},
	{"GET", "/scheme", scheme, schemePage},
	{"GET", "/scheme/change", roles{coordinator}, changeScheme},
	{"POST", "/scheme", roles{coordinator}, decideScheme},
	{"GET", "/scheme/targets", scheme, targets.page},
	{"GET", "/scheme/targets/new", roles{coordinator}, newTarget},
	{"POST", "/scheme/targets", roles{coordinator}, setTarget},
	{"GET", "/mail", roles{coordinator}, mailPage},
	{"GET", "/waiting", anybody, yourList},
	{"POST", "/waiting/{id}", anybody, readWaiting},
	{"GET", "/risks", anybody, risks},
	{"POST", "/risks/{id}", anybody, readRisk},
	{"POST", "/risks/{id}/{act}", anybody, actOnRisk},
	{"GET", "/conflicts", anybody, conflicts},
	{"POST", "/conflicts/{id}", anybody, settleConflict},
	{"GET", "/refusals", anybody, refusals},
	{"POST", "/refusals/{id}/{action}", anybody, answerRefusal},
	{"GET", "/audit", roles{officer}, whoDidWhat.page},
	{"GET", "/audit.csv", roles{officer}, whoDidWhat.csv},
	{"GET", "/emergency-access", roles{officer}, emergencies.page},
	{"GET", "/emergency-access.csv", roles{officer}, emergencies.csv},
	{"GET", "/disposals", roles{officer}, disposals.list.page},
	{"GET", "/disposals.csv", roles{officer}, disposals.list.csv},
	{"GET", "/disposals/{id}", roles{officer}, disposals.page},
	{"POST", "/disposals/{id}/{action}", roles{officer}, disposals.act},
	{"GET", "/holds", roles{officer}, holds.list.page},
	{"GET", "/holds.csv", roles{officer}, holds.list.csv},
	{"GET", "/holds/{id}", roles{officer}, holds.page},
	{"POST", "/holds/{id}/{action}", roles{officer}, holds.act},
	{"GET", "/devices", answering, peoplesPhones.page},
	{"GET", "/devices/{id}", answering, devicePage},
	{"GET", "/devices/{id}/{action}", answering, confirmOrder},
	{"POST", "/devices/{id}/{action}", answering, carryOutOrder},
	{"GET", "/devices.csv", answering, peoplesPhones.csv},
	{"GET", "/people.csv", roles{agencyLead}, people.csv},
	{"GET", "/people", roles{agencyLead}, people.page},
	{"GET", "/people/new", roles{agencyLead}, newPerson},
	{"POST", "/people/new", roles{agencyLead}, invitePerson},
	{"POST", "/people/{id}/invitation", roles{agencyLead}, inviteAgain},
	{"POST", "/people/{id}/withdraw", roles{agencyLead}, withdrawInvitation},
	{"GET", "/people/{id}", roles{agencyLead}, person},
	{"POST", "/people/{id}", roles{agencyLead}, changePerson},
	{"POST", "/people/{id}/sign-ins", roles{agencyLead}, endTheirs},
	{"GET", "/people/{id}/second-factor", roles{agencyLead}, confirmReset},
	{"POST", "/people/{id}/second-factor", roles{agencyLead}, resetFactor},
	{"GET", "/agency", roles{agencyLead}, agency},
	{"POST", "/agency", roles{agencyLead}, changeAgency},
	{"POST", "/agency/crest", roles{agencyLead}, changeCrest},
	{"GET", "/agency/crest/{sum}", roles{agencyLead}, crestPicture},
	{"GET", "/account", anybody, account},
	{"POST", "/account/phone", anybody, keepPhone},
	{"POST", "/account/digest", anybody, chooseDigest},
	{"POST", "/account/code/ask", anybody, askOwnCode},
	{"POST", "/account/code", anybody, turnOnCode},
	{"POST", "/account/code/off", anybody, turnOffCode},
	{"POST", "/account/sign-ins", anybody, endOwn},
	{"GET", "/account/factors", anybody, ownFactors},
	{"GET", "/account/factors/{act}", anybody, proveYourself},
	{"POST", "/account/factors/{act}", anybody, changeFactors},
	{"POST", "/account/factors/{act}/confirm", anybody, confirmFactor},
	{"GET", "/awake", anybody, awake},
}

// open refuses a visitor who holds none of the door's roles.
func (d door) open(v *visit) error {
	if !v.may(d.roles) {
		return errRole
	}
	return d.page(v)
}

func missing(v *visit) error {
	if v.Request.URL.Path == "/coordinate/" {
		return v.Redirect(seeOther, "/coordinate")
	}
	return errMissing
}

// may reports whether a door of these roles opens to the visitor.
func (v *visit) may(to roles) bool { return slices.Contains(to, anybody[0]) || v.holds(to...) }

// holds reports whether the visitor has one of the roles.
func (v *visit) holds(any ...collections.Role) bool { return kernel.Holds(v.user, any...) }

// awake is asked by a page whose reader chose to stay signed in; it asks for an
// image, since the policy lets a script ask for nothing else.
func awake(v *visit) error {
	return v.Blob(http.StatusOK, "image/svg+xml", v.room.look.files["icon.svg"].content)
}
