package main

import (
	"net"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pquerna/otp/totp"

	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/ops"
)

// The page of health stands in PocketBase's own dashboard, whose way of being added to
// is experimental: an upgrade that moves it turns this red.
func TestBrowserHealth(t *testing.T) {
	chromium(t)
	app := demotest.Open(t, t.TempDir())
	if err := demo.Fill(app, time.Now()); err != nil {
		t.Fatal(err)
	}
	ops.Bind(app)
	operator := core.NewRecord(must(app.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)))
	operator.SetEmail("operator@fellmoor.example")
	operator.SetPassword("a-long-password")
	if err := app.Save(operator); err != nil {
		t.Fatal(err)
	}
	var given string
	if err := kernel.Within(app, kernel.Actor{Door: "command"}, func(tx core.App) (err error) {
		given, _, err = signin.GiveOperatorCode(tx, operator, time.Now())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	address := must(url.Parse(given))
	at := serveWhole(t, app)
	inBrowser(t, "health.mjs", map[string]any{
		"at": at, "operator": "operator@fellmoor.example", "operatorPassword": "a-long-password", "look": os.Getenv("HOLDFAST_LOOK"), "told": demo.DPO.Email(),
		"says": []string{"There is no backup in this server's folder.", "Every change is captured\tyes", "Collections, rules and sign-in as they belong\tyes", "Conflicts to settle", "Free on its disk", "sealed"},
	}, func(ask string) map[string]any {
		if ask != "code" {
			return map[string]any{"problem": "nobody does " + ask + " here"}
		}
		return map[string]any{"id": must(totp.GenerateCode(address.Query().Get("secret"), time.Now()))}
	})
}

// serveWhole serves with PocketBase's own command's server, dashboard and all.
func serveWhole(t *testing.T, app core.App) (at string) {
	t.Helper()
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Listener = listener
		for _, open := range rooms(&ops.Options{Mail: t.TempDir(), Together: true}) {
			if err := open(e); err != nil {
				return err
			}
		}
		return e.Next()
	})
	ended := make(chan error, 1)
	go func() {
		ended <- apis.Serve(app, apis.ServeConfig{HttpAddr: listener.Addr().String()})
	}()
	t.Cleanup(func() {
		end := new(core.TerminateEvent)
		end.App = app
		_ = app.OnTerminate().Trigger(end, func(*core.TerminateEvent) error { return nil })
		if err := <-ended; err != nil && err != http.ErrServerClosed {
			t.Error(err)
		}
	})
	return "http://" + listener.Addr().String()
}
