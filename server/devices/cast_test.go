package devices

import (
	"encoding/json"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo/demotest"
)

func newRecord(t *testing.T, s *demotest.Server, collection string, set map[string]any) *core.Record {
	t.Helper()
	c, err := s.App.FindCollectionByNameOrId(collection)
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.Load(set)
	return r
}

// members are a JSON object's.
func members(raw []byte) (m map[string]any) {
	_ = json.Unmarshal(raw, &m)
	return m
}
