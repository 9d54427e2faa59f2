package coordinate

import "net/http"

const seeOther = http.StatusSeeOther

// refusal is a page that says, in plain words, why something was not done.
type refusal struct {
	Status        int
	Heading, Text string
	Next, Link    string // where to go from here
}

func (r *refusal) Error() string { return r.Heading }

// What this room refuses. What is missing and what may not be seen are one answer.
var (
	errMissing = &refusal{Status: http.StatusNotFound, Heading: "Page not found",
		Text: "If you typed the address, check that it is right. If you followed a link, what it led to may no longer be there.",
		Next: "/coordinate", Link: "Go to what needs you today"}
	errRole = &refusal{Status: http.StatusForbidden, Heading: "This page is not for your role",
		Text: "These pages are for people who run the neglect practice champions scheme. If you should be one of them, ask your agency to change your role."}
	errOrigin = &refusal{Status: http.StatusForbidden, Heading: "This form came from another website",
		Text: "Nothing was changed. If you did not expect this, tell your coordinator.",
		Next: "/coordinate", Link: "Go to what needs you today"}
	errForm = &refusal{Status: http.StatusForbidden, Heading: "This form is too old to use",
		Text: "Nothing was changed. You may have signed in again since you opened it. Go back, reload the page and try again.",
		Next: "/coordinate", Link: "Go to what needs you today"}
	errBody = &refusal{Status: http.StatusBadRequest, Heading: "This form could not be read",
		Text: "Nothing was changed. It may hold too much text, or something that is no letter. Go back, write it again and try once more.",
		Next: "/coordinate", Link: "Go to what needs you today"}
)
