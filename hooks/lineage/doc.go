// Package lineage knows which history a store is of, and notices when an older copy of it
// was put in its place.
//
// A restore implies a new process. So every process that opens the store for writing
// begins a run: a row with a random mark, and the position at which it began. A place in
// history (epoch, run, position) is of this history exactly if its run is known here and
// the next run began no earlier: "the same number, another history" is seen whatever was
// written since, it costs nothing per write, and it needs no hash that runs along.
//
// Why a run begins far above the last position, by the clock: no branch of a history
// writes 64,000 changes a second, so what a run begun later gives out lies above all that
// any other branch gave out, noticed or not. A rev then names one state on every branch: a
// digest over revs never agrees over a record that is gone (trap T32), and a base of another
// branch stands for exactly what the two have in common.
//
// Why marks outside the database as well: a phone may stay away for a month, and who comes
// meanwhile is to be told. One lies beside the keys, where a restore of the database alone
// leaves it; one beside the folder, where a restore of the whole folder does. Each is
// written after the commit that it tells of, so that no crash is an alarm.
//
// Why what a phone shows counts too, whatever it asks for first: a copy can be put back
// with both marks. What it shows is sealed: nobody makes a history up.
package lineage
