// Package family is who belongs to a family, as it stands in a case: people and what they are
// called, their places and addresses, who else is involved, and other systems' identifiers.
package family
