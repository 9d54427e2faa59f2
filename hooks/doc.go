// Package hooks says what must always be true, whoever writes: the REST API, a
// batch, the dashboard, a phone's push, a partner or the server itself.
//
// Why one transaction around every Save: in PocketBase a plain Save is none, so a
// second row written by a hook could be lost while the first stays. Here the row,
// its feed entry and its audit row are one thing.
//
// Why nothing in here sends anything: an effect outside the database is a reader
// of the log with a cursor of its own; a hook only writes.
package hooks
