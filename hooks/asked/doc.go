// Package asked is everybody's list of what they are asked: one table of kinds (asked.go), each
// read from what stands, by whom it is answered and when it is moot. Nobody writes a request; the
// rows are brought to what was read. It stands above every other subject, since it reads them all.
package asked
