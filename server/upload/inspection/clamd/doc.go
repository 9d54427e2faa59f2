// Package clamd asks a ClamAV daemon whether bytes hold malware, by its INSTREAM
// command: the bytes go over a socket in chunks, and the daemon needs no right to
// any file of ours.
package clamd
