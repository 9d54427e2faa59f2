// Package gate stands in front of PocketBase's stock API, for everybody who is not a
// superuser, and says what of it people may use, and how much.
//
// What it lets through:
//   - to a guest, only what signs somebody in, the realtime lane, health and files by
//     their token; anything else is 401 before a byte of the body is read;
//   - filter and sort by a collection's own, visible fields, 20 comparisons and 8 sort
//     fields at most; no path into another collection, no modifier, no function;
//   - expand of one forward relation, on a list or a view, which is audited as a list of
//     what it delivers; nowhere else, and never backwards;
//   - what is written from the body alone: of a query only fields, which says what is
//     answered;
//   - pages of 500 records and about 1 MiB; one question at a time for one person, of
//     2 seconds;
//   - a thousand writes of one person at once, and ten a second from then on;
//   - bodies of 1 MiB (256 KiB from a guest), measured before they are parsed, no deeper
//     than 64 and with no more than 20,000 values; text that is text;
//   - the realtime topics sync and PB_CONNECT; others are left out, and said so.
//
// Why a gate and not the rules alone: PocketBase applies a joined collection's rule to
// the main join only, and a negative operator looks at all rows of the joined table. A
// filter that names another collection is a question about rows that the asker may not
// see, answered a letter at a time. What people need across collections is a named,
// audited query of ours.
package gate
