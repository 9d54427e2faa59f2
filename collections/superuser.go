package collections

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Settle makes one of PocketBase's own collections what it is here. A superuser signs in
// with a password and a code, for an hour at a time; what else PocketBase keeps for
// accounts, each account sees of itself.
func Settle(c *core.Collection) {
	if !c.System {
		return
	}
	c.ListRule, c.ViewRule, c.CreateRule, c.UpdateRule, c.DeleteRule = nil, nil, nil, nil, nil
	switch c.Name {
	case core.CollectionNameSuperusers:
		c.AuthRule, c.ManageRule = types.Pointer(""), nil
		c.PasswordAuth.Enabled, c.PasswordAuth.IdentityFields = true, []string{"email"}
		c.OAuth2.Enabled = false
		c.AuthToken.Duration = 3600
		c.OTP.Enabled, c.OTP.Length, c.OTP.Duration = true, 8, 600
		c.MFA.Enabled, c.MFA.Rule, c.MFA.Duration = true, "", 900
	case core.CollectionNameExternalAuths, core.CollectionNameAuthOrigins, core.CollectionNameMFAs, core.CollectionNameOTPs:
		own := types.Pointer(`@request.auth.id != '' && recordRef = @request.auth.id && collectionRef = @request.auth.collectionId`)
		c.ListRule, c.ViewRule = own, own
		if c.Name == core.CollectionNameExternalAuths || c.Name == core.CollectionNameAuthOrigins {
			c.DeleteRule = own
		}
	}
}
