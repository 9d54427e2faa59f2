package collections

// Entitlement is one reason why a user holds a scope: an SQL query that gives
// rows of (user, scope), and the tables whose change can change its answer.
type Entitlement struct {
	Why    string
	Select string
}

// Entitlements are every reason there is. Grants are these rows, kept as
// intervals; the access rules say the same in PocketBase's words.
func Entitlements() []Entitlement {
	return []Entitlement{
		{"content for everybody", `SELECT id AS "user", 'all' AS scope FROM users WHERE active`},
		{"what is their own", `SELECT id AS "user", 'user:' || id AS scope FROM users WHERE active`},
		{"the people of their agency", `SELECT id AS "user", 'agency:' || agency AS scope FROM users WHERE active`},
		{"the cases they are a member of", `SELECT m."user" AS "user", 'case:' || m."case" AS scope
			FROM case_members m JOIN users u ON u.id = m."user" WHERE m.active AND u.active`},
		{"their agency's own notes on those cases", `SELECT m."user" AS "user", 'case:' || m."case" || '/agency:' || u.agency AS scope
			FROM case_members m JOIN users u ON u.id = m."user" WHERE m.active AND u.active`},
	}
}

// EntitledBy names the tables that entitlements read, the column of each that
// names the user, and the columns whose change matters.
func EntitledBy() []Source {
	return []Source{
		{Table: "users", User: "id", Columns: []string{"active", "agency"}},
		{Table: "case_members", User: "user", Columns: []string{"case", "user", "active"}},
	}
}

// Source is a table whose rows entitle a user.
type Source struct {
	Table, User string
	Columns     []string
}
