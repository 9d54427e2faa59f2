package pack

import (
	"sync"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// kept holds what was compiled from stored bodies, by the body's hash: compiling a
// template takes longer than reading a history with it.
var kept sync.Map

func Compiled[T any](r *core.Record, compile func([]byte) (T, error)) (T, error) {
	key := r.Collection().Name + " " + r.GetString("hash")
	if v, ok := kept.Load(key); ok {
		return v.(T), nil
	}
	v, err := compile([]byte(r.GetString("body")))
	if err == nil {
		kept.Store(key, v)
	}
	return v, err
}

// compiledFrom is what the body of the one record says that a condition finds. Where it
// has been compiled before, only the record's hash is read: bodies are long.
func compiledFrom[T any](app core.App, collection, where string, params dbx.Params, compile func([]byte) (T, error)) (none T, err error) {
	var hash string
	if err := app.ConcurrentDB().NewQuery("SELECT hash FROM " + collection + " WHERE " + where).Bind(params).Row(&hash); err != nil {
		return none, err
	}
	if v, ok := kept.Load(collection + " " + hash); ok && hash != "" {
		return v.(T), nil
	}
	r := &core.Record{}
	if err := app.RecordQuery(collection).AndWhere(dbx.NewExp(where, params)).Limit(1).One(r); err != nil {
		return none, err
	}
	return Compiled(r, compile)
}
