// Package coordinate is the desk of those who run the champions' scheme: the pages
// at /coordinate, rendered on the server, whole without JavaScript.
//
// Why a session of its own: a token in a page can be read by any script in it; an
// opaque cookie cannot, and its row is deleted the moment somebody signs out.
//
// Why one sight for every page: what a role may see of the registrations is one
// condition (sight), asked by the list, the record, the export and the decision.
//
// Why a list is a value (list): its columns, filters and order are said once, and one
// page and one file are made of it. Every file is in the audit log.
//
// Why nothing of a case: the scheme is staff data. No query in this room names a
// collection of case content, and a test looks for families on every page. The
// exceptions are what waits for a person on cases they are on themselves: a manager's
// approvals with the letter to be read, cases that another agency is asked to lead,
// conflicts, and work that was refused. The hooks
// give these out, audited, by the rule of the record; such a page says so at its foot.
//
// Why settling is lent: rooms do not import one another, and there must be one
// judgement. The room that takes pushes lends its own (casework.Settling); a phone and a
// page then differ in nothing but the door. A page cannot post to the phone's route:
// that takes JSON and a token, which no page here holds.
//
// Why the reason for a wipe has a table here: the audit log holds names of fields and
// no words, and a phone that may be stolen is not told why it was locked.
//
// Why pages without an account: a line manager agrees by a single-use link
// (agreement.go), and a password is chosen by one (new_password.go). Opening it changes
// nothing, every link that cannot be used has one page, and no log of ours holds its
// address. A new password signs nobody in and takes no second factor away.
//
// Why coverage is counted from the history: it can then be asked for any past day.
package coordinate
