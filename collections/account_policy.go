package collections

// account_policies say what an area asks of those who sign in: whose password is not
// enough, and whether a phone must prove that it is the phone it was. The latest holds;
// without one, the house's own (signin.AccountPolicy). The operator decides.
func accountPolicies() *Noun {
	return &Noun{
		Name: "account_policies",
		Fields: fields(
			choices("second_factor", RoleNames()...), // whoever holds one of these roles needs it
			choice("device_keys", "required", "asked"),
			must(note("reason")),
		),
		AppendOnly: true,
	}
}
