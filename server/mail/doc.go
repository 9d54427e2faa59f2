// Package mail sends what is in the outbox: the scheme's letters to managers and
// champions, as text and HTML, back-off and all.
//
// Why a reader of the outbox and not a hook: a mail cannot be taken back, and a
// transaction can. A row is written with what causes it; it is sent afterwards.
//
// Why at most once: a row is claimed in a transaction of its own before it is sent.
// What fails is tried again, later and later; what was claimed when the server died
// may have gone out, so it is not sent again but marked unsure, for a person to see
// and to ask anew. A champion would rather miss a reminder than get it twice, and a
// manager's second link voids the first. A mail server that takes a mail and then
// breaks off before it says so is the one way left to a second copy; both carry the
// same Message-ID.
//
// Why a link's token is made here: the store holds only its hash, so nothing that is
// stored could be sent. Each try makes a new link and voids the one before.
package mail
