// Package soak is the long road test: the built server in a process of its own,
// loaded by model phones on loopback, killed, and held to what it promised them.
//
// Every soak has a small sister of the same code in the everyday suite, which
// asserts what is right and nothing of speed. make soak (HOLDFAST_SOAK=1) runs the
// long ones and holds them to the wanted figures besides: who asked for the
// measurement knows on which machine.
//
// Why SIGKILL and not a power cut: a killed process proves that nothing is told
// before it is committed, and that a commit is whole. That a commit is on the disk
// is synchronous=FULL's part (hooks/store), which no process can test on itself.
package soak
