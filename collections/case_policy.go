package collections

// case_policies say how an area names its cases: what its references begin with. The
// latest holds; without one, the house's own (casework.ReferencePrefix). The operator decides.
func casePolicies() *Noun {
	return &Noun{
		Name:       "case_policies",
		Fields:     fields(pattern(must(text("reference_prefix")), `^[A-Z]{2,6}$`), must(note("reason"))),
		AppendOnly: true,
	}
}
