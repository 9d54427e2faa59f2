package signin

import (
	"github.com/pocketbase/pocketbase/core"
)

// Accounts are the collections of those who sign in.
var Accounts = []string{"users", core.CollectionNameSuperusers}
