// Package tell says something to somebody: the notices of a case, the outbox from which mails and
// messages leave, the browsers that are woken, and who is who when a sentence names whom to ask.
// Nothing here sends: it writes, and a reader of the log sends.
package tell
