package hooks

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/signing"
)

// providerSeal is where it is kept that an area itself said by whom its people may sign in.
const providerSeal = "providers"

// Why a seal: what the area sets in the dashboard and what somebody writes into the
// database stand in the same place, and the second would let whoever they like in. Only
// this server has the key.
func sealProviders(app core.App, id string) error {
	c, err := app.FindCollectionByNameOrId(id) // as it lies in the database now
	if err != nil {
		return err
	}
	keys, err := signing.Load(app)
	if err != nil {
		return err
	}
	said, err := json.Marshal(c.OAuth2)
	if err != nil {
		return err
	}
	_, err = app.NonconcurrentDB().NewQuery(`INSERT INTO sync_meta (name, value) VALUES ({:n}, {:v}) ON CONFLICT (name) DO UPDATE SET value = excluded.value`).
		Bind(dbx.Params{"n": providerSeal, "v": hex.EncodeToString(keys.MAC(providerSeal, c.Id, string(said)))}).Execute()
	if err != nil {
		return fmt.Errorf("sealing by whom people sign in: %w", err)
	}
	return nil
}

// areasSaid reports whether what differs of a collection is an area's own to change, and
// was changed through the dashboard's door.
func areasSaid(app core.App, c *core.Collection, changes []string) (bool, error) {
	if !areasOwn(c, changes) || !app.HasTable("sync_meta") {
		return false, nil
	}
	var seals []string
	err := app.ConcurrentDB().NewQuery(`SELECT value FROM sync_meta WHERE name = {:n}`).Bind(dbx.Params{"n": providerSeal}).Column(&seals)
	if err != nil || len(seals) == 0 {
		return false, err
	}
	given, err := hex.DecodeString(seals[0])
	if err != nil {
		return false, nil // no seal of ours
	}
	said, err := json.Marshal(c.OAuth2)
	if err != nil {
		return false, err
	}
	keys, err := signing.Load(app)
	if err != nil {
		return false, err
	}
	return keys.Checks(given, providerSeal, c.Id, string(said)), nil
}

// renewSeal seals again, with the key of now, what was just found to be an area's own: a
// key that has come of age is forgotten in the end.
func renewSeal(app core.App) error {
	users := collections.ID("users")
	c, err := app.FindCollectionByNameOrId(users)
	if err != nil {
		return err
	}
	changed, err := unlike(declared()[users], c)
	if err != nil || len(changed) == 0 {
		return err
	}
	return sealProviders(app, users)
}
