package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/cmd"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"holdfast/hooks"
	"holdfast/hooks/openid"
	"holdfast/server/demo"
	"holdfast/server/ops"
)

// serveCommand is PocketBase's own, with --demo and what an operator may open.
func serveCommand(app *pocketbase.PocketBase, options *ops.Options) *cobra.Command {
	c := cmd.NewServeCommand(app, false)
	filled := c.Flags().Bool("demo", false, "fill an empty store with the fictional Fellmoor and print its accounts\n(on a loopback address only)")
	c.Flags().BoolVar(&options.SQL, "open-sql", false, "open the dashboard's SQL console (superusers whose glass is broken; its writes are in the feed, not in the audit log)")
	c.Flags().StringVar(&options.Clamd, "clamd", os.Getenv("HOLDFAST_CLAMD"), "the malware scanner's socket, unix:/path or tcp:host:port (or HOLDFAST_CLAMD);\nwithout one, evidence says that it was not scanned")
	c.Flags().StringVar(&options.Admin, "admin", "127.0.0.1:8091", "where operators are served: the dashboard, and superusers, by a listener of their own\n(empty: nowhere; a demo serves them where it serves everybody)")
	provider(c.Flags(), &options.OpenID)
	ringing(c.Flags(), options)
	c.Args = func(c *cobra.Command, args []string) error {
		if options.OpenID.Issuer != "" && !options.OpenID.Secure() {
			return fmt.Errorf("--openid %q: the identity provider is asked over https:// alone", options.OpenID.Issuer)
		}
		return addressed(c, args)
	}
	serve := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		at := listeners(c, args)
		if *filled || demo.Marked(app) {
			if err := thisMachineOnly(at, args); err != nil {
				return err
			}
			options.Mail = filepath.Join(app.DataDir(), "mail")
			options.Admin, options.Together = "", true
		}
		if *filled {
			if err := fellmoor(app, at[0]); err != nil {
				return err
			}
		} else if demo.Marked(app) {
			fmt.Println("This is the demo's store: everybody's password in it is known, so it is served on this machine only, and its mail goes to a folder.")
		}
		return serve(c, args)
	}
	return c
}

// ringing is how an immediate risk reaches somebody besides by mail. Keys are never
// arguments: those of a process are everybody's to read.
func ringing(flags *pflag.FlagSet, o *ops.Options) {
	flags.StringVar(&o.PushContact, "push-contact", os.Getenv("HOLDFAST_PUSH_CONTACT"), "whom the push services turn to, an email address (or HOLDFAST_PUSH_CONTACT);\nthe key is HOLDFAST_PUSH_KEY (\"keys push\" makes one): without it nobody is rung by web push")
	flags.StringVar(&o.TextURL, "text-url", os.Getenv("HOLDFAST_TEXT_URL"), "a service for text messages that speaks as GOV.UK Notify does (or HOLDFAST_TEXT_URL);\nits key is HOLDFAST_TEXT_KEY: without it no texts are sent")
	flags.StringVar(&o.TextTemplate, "text-template", os.Getenv("HOLDFAST_TEXT_TEMPLATE"), "the service's template for texts, with ((message)) in it (or HOLDFAST_TEXT_TEMPLATE)")
}

// provider is the area's identity provider (OpenID Connect). Its secret is never an
// argument: those of a process are everybody's to read.
func provider(flags *pflag.FlagSet, c *openid.Config) {
	flags.StringVar(&c.Issuer, "openid", os.Getenv("HOLDFAST_OPENID"), "the area's identity provider, by its issuer's address (or HOLDFAST_OPENID)")
	flags.StringVar(&c.Client, "openid-client", os.Getenv("HOLDFAST_OPENID_CLIENT"), "what the pages are called there; their secret is HOLDFAST_OPENID_SECRET")
	flags.StringVar(&c.Phones, "openid-phones", os.Getenv("HOLDFAST_OPENID_PHONES"), "what the app on phones is called there, a public client")
	flags.StringVar(&c.Name, "openid-name", os.Getenv("HOLDFAST_OPENID_NAME"), "what people call it, such as \"Fellmoor Council\"")
	flags.BoolVar(&c.Trusted, "openid-trusted", false, "believe every address that it tells, also one that it does not say is verified")
	c.Secret = os.Getenv("HOLDFAST_OPENID_SECRET")
}

// addressed refuses, before a store is opened, what nobody can listen at. Domains are all
// that may stand after serve.
func addressed(c *cobra.Command, args []string) error {
	for _, a := range args {
		if !strings.Contains(a, ".") || strings.ContainsAny(a, ":/@ ") || net.ParseIP(a) != nil {
			return fmt.Errorf("%q is no domain: serve takes the domains to be served, and --http an address", a)
		}
	}
	for _, a := range listeners(c, args) {
		if _, _, err := net.SplitHostPort(a); err != nil {
			return err
		}
	}
	return nil
}

// listeners are the addresses that are listened at, as PocketBase makes them out; the
// first is the one that people open.
func listeners(c *cobra.Command, domains []string) []string {
	address, _ := c.Flags().GetString("http")
	secure, _ := c.Flags().GetString("https")
	if len(domains) > 0 {
		if address == "" {
			address = "0.0.0.0:80"
		}
		if secure == "" {
			secure = "0.0.0.0:443"
		}
	} else if address == "" {
		address = "127.0.0.1:8090"
	}
	if secure == "" {
		return []string{address}
	}
	return []string{address, secure}
}

// thisMachineOnly refuses to serve a demo's store to anybody else.
func thisMachineOnly(addresses, domains []string) error {
	public := domains
	for _, a := range addresses {
		if host, _, err := net.SplitHostPort(a); err != nil || !loopback(host) {
			public = append(public, a)
		}
	}
	if len(public) > 0 {
		return fmt.Errorf("this is the demo, in which everybody's password is known: it is served on a loopback address only, not on %s (a real store goes into a folder of its own: --dir)", strings.Join(public, ", "))
	}
	return nil
}

// fellmoor fills the store once and says where to go and as whom.
func fellmoor(app *pocketbase.PocketBase, address string) error {
	if err := hooks.Ready(app); err != nil {
		return err
	}
	filled, err := demo.Filled(app)
	if err != nil {
		return err
	}
	if !filled {
		if err := demo.FillAll(app, time.Now()); err != nil {
			return fmt.Errorf("filling the demo: %w", err)
		}
	}
	app.Settings().Meta.AppURL = "http://" + address // mail leads to where this demo is
	if err := app.Save(app.Settings()); err != nil {
		return err
	}
	fmt.Printf("\nHoldfast demo: the Fellmoor Safeguarding Partnership (everybody in it is invented)\n\n")
	fmt.Printf("  The app              http://%s/\n  Coordinators' pages  http://%s/coordinate\n  API                  http://%s/api/\n  Tour                 go run ./server tour --at http://%s\n\n", address, address, address, address)
	fmt.Printf("  Accounts, all with the password %s:\n", demo.Password)
	for _, p := range demo.Cast {
		fmt.Printf("    %-30s %s, %s\n", p.Email(), p.Name, p.JobTitle)
	}
	fmt.Println()
	return nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
