package coordinate

import (
	"net/http"
	"slices"
)

// The roles that have pages here (domain 1.0); the others have none.
const (
	coordinator = "coordinator"
	agencyLead  = "agency_lead"
	manager     = "manager"
)

var (
	everyone = []string{coordinator, agencyLead, manager}
	scheme   = []string{coordinator, agencyLead}
	// those who answer for other people's phones
	answering = []string{manager, agencyLead}
	// anybody who is signed in: what a page shows is then a matter of whose it is
	anybody []string
)

// door is one page or action and the roles it opens to.
type door struct {
	method, path string
	roles        []string
	page         func(*visit) error
}

// doors is the whole of what can be reached once signed in.
var doors = []door{
	{"GET", "", anybody, today},
	{"GET", "/registrations", everyone, queue},
	{"GET", "/registrations.csv", everyone, queueCSV},
	{"GET", "/registrations/{id}", everyone, registration},
	{"POST", "/registrations/{id}/{action}", []string{coordinator}, decide},
	{"GET", "/champions", scheme, directory},
	{"GET", "/champions.csv", scheme, directoryCSV},
	{"GET", "/coverage", scheme, coverage},
	{"GET", "/coverage.csv", scheme, coverageCSV},
	{"GET", "/approvals", []string{manager}, approvals},
	{"GET", "/approvals/{event}", []string{manager}, letterToApprove},
	{"POST", "/approvals/{event}/{answer}", []string{manager}, answerApproval},
	{"GET", "/transfers", []string{manager}, transfers},
	{"POST", "/transfers", []string{manager}, askTransfer},
	{"POST", "/transfers/{id}/{answer}", []string{manager}, answerTransfer},
	{"GET", "/events", scheme, events},
	{"GET", "/events.csv", scheme, eventsCSV},
	{"GET", "/events/new", []string{coordinator}, newEvent},
	{"POST", "/events", []string{coordinator}, saveEvent},
	{"GET", "/events/{id}", scheme, eventPage},
	{"GET", "/events/{id}/change", []string{coordinator}, changeEvent},
	{"POST", "/events/{id}", []string{coordinator}, saveEvent},
	{"POST", "/events/{id}/attendance", []string{coordinator}, recordAttendance},
	{"GET", "/events/{id}/attendance.csv", scheme, attendanceCSV},
	{"GET", "/good-practice", scheme, practices},
	{"GET", "/good-practice.csv", scheme, practicesCSV},
	{"GET", "/good-practice/{id}", scheme, practice},
	{"POST", "/good-practice/{id}/{action}", []string{coordinator}, moderatePractice},
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
	{"GET", "/scheme/change", []string{coordinator}, changeScheme},
	{"POST", "/scheme", []string{coordinator}, decideScheme},
	{"GET", "/scheme/targets", scheme, targets},
	{"GET", "/scheme/targets/new", []string{coordinator}, newTarget},
	{"POST", "/scheme/targets", []string{coordinator}, setTarget},
	{"GET", "/mail", []string{coordinator}, mailPage},
	{"GET", "/waiting", anybody, yourList},
	{"POST", "/waiting/{id}", anybody, readWaiting},
	{"GET", "/risks", anybody, risks},
	{"POST", "/risks/{id}", anybody, readRisk},
	{"POST", "/risks/{id}/{act}", anybody, actOnRisk},
	{"GET", "/conflicts", anybody, conflicts},
	{"POST", "/conflicts/{id}", anybody, settleConflict},
	{"GET", "/refusals", anybody, refusals},
	{"POST", "/refusals/{id}/{action}", anybody, answerRefusal},
	{"GET", "/devices", answering, deviceList},
	{"GET", "/devices/{id}", answering, devicePage},
	{"GET", "/devices/{id}/{action}", answering, confirmOrder},
	{"POST", "/devices/{id}/{action}", answering, carryOutOrder},
	{"GET", "/devices.csv", answering, devicesCSV},
	{"GET", "/people.csv", []string{agencyLead}, peopleCSV},
	{"GET", "/people", []string{agencyLead}, people},
	{"GET", "/people/new", []string{agencyLead}, newPerson},
	{"POST", "/people/new", []string{agencyLead}, invitePerson},
	{"POST", "/people/{id}/invitation", []string{agencyLead}, inviteAgain},
	{"POST", "/people/{id}/withdraw", []string{agencyLead}, withdrawInvitation},
	{"GET", "/people/{id}", []string{agencyLead}, person},
	{"POST", "/people/{id}", []string{agencyLead}, changePerson},
	{"POST", "/people/{id}/sign-ins", []string{agencyLead}, endTheirs},
	{"GET", "/people/{id}/second-factor", []string{agencyLead}, confirmReset},
	{"POST", "/people/{id}/second-factor", []string{agencyLead}, resetFactor},
	{"GET", "/agency", []string{agencyLead}, agency},
	{"POST", "/agency", []string{agencyLead}, changeAgency},
	{"POST", "/agency/crest", []string{agencyLead}, changeCrest},
	{"GET", "/agency/crest/{sum}", []string{agencyLead}, crestPicture},
	{"GET", "/account", anybody, account},
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

// may reports whether a door of these roles opens to the visitor; one of none opens to
// whoever is signed in.
func (v *visit) may(roles []string) bool { return len(roles) == 0 || v.holds(roles...) }

// holds reports whether the visitor has one of the roles.
func (v *visit) holds(roles ...string) bool {
	return slices.ContainsFunc(v.user.GetStringSlice("roles"), func(r string) bool { return slices.Contains(roles, r) })
}

// awake is asked by a page whose reader chose to stay signed in; it asks for an
// image, since the policy lets a script ask for nothing else.
func awake(v *visit) error {
	return v.Blob(http.StatusOK, "image/svg+xml", v.room.look.files["icon.svg"].content)
}
