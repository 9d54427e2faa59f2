// Package place is where a store is on this machine: which folder, that one process has
// it, and that nobody else on the machine reads it.
//
// Why one rule for the folder: PocketBase looks beside the binary or in the working
// folder, as it was typed; a command would find an empty store where the server has the
// families. Here it is --dir, or HOLDFAST_DIR, or ./pb_data, for every command.
//
// Why a lock: two servers on one store lose nothing, but answer each other's phones
// "busy" and both mail everybody.
package place
