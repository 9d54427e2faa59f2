package collections

// Entitlement is one reason why a user holds a scope: an SQL query that gives
// rows of (user, scope), and the tables whose change can change its answer.
type Entitlement struct {
	Why    string
	Select string
	Of     string // the noun of ours that it reads beside accounts and memberships
}

// Entitlements are every reason there is. Grants are these rows, kept as
// intervals; the access rules say the same in PocketBase's words.
func Entitlements() []Entitlement {
	return []Entitlement{
		{"content for everybody", `SELECT id AS "user", 'all' AS scope FROM users WHERE active`, ""},
		{"what is their own", `SELECT id AS "user", 'user:' || id AS scope FROM users WHERE active`, ""},
		{"what they could not hand in", `SELECT id AS "user", 'user:' || id || '/manager' AS scope FROM users WHERE active`, ""},
		{"what those could not hand in whom they manage", `SELECT m.id AS "user", 'user:' || u.id || '/manager' AS scope
			FROM users m JOIN users u ON u.manager = m.id WHERE m.active`, ""},
		{"the same, where it is an agency's own", `SELECT r."user" AS "user", 'user:' || r."user" || '/agency:' || r.agency AS scope
			FROM sync_refusals r JOIN users u ON u.id = r."user" WHERE u.active AND r.agency != '' AND NOT r.handover`, "sync_refusals"},
		{"and theirs of the same agency", `SELECT m.id AS "user", 'user:' || u.id || '/agency:' || r.agency AS scope
			FROM users m JOIN users u ON u.manager = m.id JOIN sync_refusals r ON r."user" = u.id
			WHERE m.active AND r.agency = m.agency AND r.agency != '' AND NOT r.handover`, "sync_refusals"},
		{"the people of their agency", `SELECT id AS "user", 'agency:' || agency AS scope FROM users WHERE active`, ""},
		{"the cases they are a member of", `SELECT m."user" AS "user", 'case:' || m."case" AS scope
			FROM case_members m JOIN users u ON u.id = m."user" WHERE m.active AND u.active`, ""},
		{"their agency's own notes on those cases", `SELECT m."user" AS "user", 'case:' || m."case" || '/agency:' || u.agency AS scope
			FROM case_members m JOIN users u ON u.id = m."user" WHERE m.active AND u.active`, ""},
	}
}

// EntitledBy names the tables that entitlements read, whose rights a row of each bears on,
// and the columns whose change matters.
func EntitledBy() []Source {
	return []Source{
		{Table: "users", User: "id", Other: `{r}.manager`, Columns: []string{"active", "agency", "manager"}},
		{Table: "case_members", User: "user", Columns: []string{"case", "user", "active"}},
		{Table: "sync_refusals", User: "user", Other: `(SELECT manager FROM users WHERE id = {r}."user")`,
			When: `{r}.agency != '' AND NOT {r}.handover`, Columns: []string{"user", "agency", "handover"}},
	}
}

// Source is a table whose rows entitle a user, and it may be somebody beside them.
type Source struct {
	Table, User string
	Other       string // who else, as SQL over the row {r}; empty for nobody
	When        string // of which rows, as SQL over the row {r}; empty for all
	Columns     []string
}
