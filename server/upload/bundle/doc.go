// Package bundle is a case's evidence as one file that can leave the house: a zip of
// originals with an index to read, a manifest of hashes, and a signature over the
// manifest that anybody can check who has the server's public key.
//
// Why the manifest is signed and not the zip: it can then be written as a stream, in
// constant memory, and what is wrong with a bundle can be named file by file.
package bundle
