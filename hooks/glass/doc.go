// Package glass is how an operator reads a case in an emergency: opened with a reason, told, on
// record, and over after its time. Until it is broken no superuser reads what is a family's.
package glass
