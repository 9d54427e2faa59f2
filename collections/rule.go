package collections

// Every rule begins with this, since a rule such as "worker = @request.auth.id"
// also matches, for a guest, the rows whose worker is empty. A test refuses a
// rule that does not, and a store whose rules are not these does not start.
const SignedIn = `@request.auth.id != '' && @request.auth.collectionName = 'users' && @request.auth.active = true`

// member is true for active members of the case that the path leads to. Case
// content is for them and for nobody else: not the agency, not a coordinator
// (domain 1.0, 7.3 "need to know").
func member(path string) string {
	via := path + `case_members_via_case`
	return `(` + via + `.user ?= @request.auth.id && ` + via + `.active ?= true)`
}

// leads is true for those who may change who is on a case: who leads it, and its managers
// as long as they are managers at their agency.
func leads(path string) string {
	via := path + `case_members_via_case`
	return `(` + via + `.user ?= @request.auth.id && ` + via + `.active ?= true && (` + via + `.role ?= 'lead' || (` + via + `.role ?= 'manager' && ` + role(Manager) + `)))`
}

func and(parts ...string) string {
	out := SignedIn
	for _, p := range parts {
		out += ` && ` + p
	}
	return out
}

// Role is true for a signed-in user who holds the role.
func role(r Role) string { return `@request.auth.roles ?~ '"` + r.name + `"'` }

const sameAgency = `agency = @request.auth.agency`

// SQL of the scopes; {r} is the row.
const (
	scopeAll  = `'all'`
	scopeCase = `'case:' || {r}."case"`
	scopeUser = `'user:' || {r}."user"`
)

// caseRules open case content to the members of its case; nobody deletes it.
func caseRules(path string) Rules {
	in := and(member(path))
	return Rules{Read: in, Create: in, Update: in}
}
