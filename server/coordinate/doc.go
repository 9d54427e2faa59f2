// Package coordinate is the desk of those who run the champions' scheme: the pages
// at /coordinate, rendered on the server, whole without JavaScript.
//
// Why a session of its own: a token in a page can be read by any script in it; an
// opaque cookie cannot, and its row is deleted the moment somebody signs out.
//
// Why one sight for every page: what a role may see of the registrations is one
// condition (sight), asked by the list, the record, the export and the decision.
//
// Why nothing of a case: the scheme is staff data. No query in this room names a
// collection of case content, and a test looks for families on every page. The one
// exception is a manager's approvals: the references of cases they are on themselves,
// and what waits there for somebody other than its author; what a family's record says
// is read on a phone.
//
// Why a page without an account: a line manager agrees by a single-use link
// (agreement.go). Opening it changes nothing, every link that cannot be used has one
// page, and no log of ours holds its address.
//
// Why coverage is counted from the history: it can then be asked for any past day.
package coordinate
