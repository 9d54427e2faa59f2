package coordinate

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"holdfast/collections"
)

// The pages that every service owes its readers, with or without an account: help, the
// accessibility statement (Public Sector Bodies Accessibility Regulations 2018) and the
// privacy notice (UK GDPR, articles 13 and 14).
var abouts = []struct{ name, title string }{
	{"help", "Help and contact"},
	{"accessibility", "Accessibility statement"},
	{"privacy", "Privacy notice"},
}

// aboutBody is what the area itself adds to them: whom to ask. Agencies' numbers stand on
// their letters too; who the data protection officers are, only workers read here.
type aboutBody struct {
	Agencies []agencyNumber
	Officers []string
}

type agencyNumber struct {
	Name  string `db:"name"`
	Phone string `db:"phone"`
}

func (r *Room) bindAbout(g *router.RouterGroup[*core.RequestEvent]) {
	for _, a := range abouts {
		show := func(e *core.RequestEvent, officers bool) error {
			var body aboutBody
			db := e.App.ConcurrentDB()
			if err := db.NewQuery(`SELECT name, phone FROM agencies WHERE active AND phone != '' ORDER BY name COLLATE NOCASE LIMIT 500`).All(&body.Agencies); err != nil {
				return err
			}
			if officers {
				if err := db.NewQuery(`SELECT name || ', ' || email FROM users WHERE active AND ` + collections.DPO.In("roles") + ` ORDER BY name`).Column(&body.Officers); err != nil {
					return err
				}
			}
			return r.show(e, http.StatusOK, a.name, page{Title: a.title, Body: body})
		}
		signedIn := r.signedIn(func(v *visit) error { return show(v.RequestEvent, true) })
		g.GET("/"+a.name, func(e *core.RequestEvent) error {
			if tokenIn(e.Request) == "" {
				return show(e, false)
			}
			return signedIn(e)
		})
	}
}
