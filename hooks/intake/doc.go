// Package intake says what may come in as evidence: a pure reading of a policy that
// an area writes as data, over the types that the house can tell by their content.
//
// Why the types are code and the policy is not: letting in a type means that
// something looks into it for what runs; how many and how large is an area's own
// choice (domain 5.5).
package intake
