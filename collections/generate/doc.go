// Command generate writes down what the house promises a client, from the
// declarations: JSON Schemas of every message and record, the OpenAPI document and
// the TypeScript types. It is the only generator; go generate ./... runs it.
//
// Why the types and not the documents are the source: what the server speaks is
// what its types say, so a document cannot promise what no code keeps. A test
// generates to memory and compares with the disk.
package main
