package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/server/ops"
)

// serveOperators serves the same routes by a second listener, whose requests are known
// to be operators': the dashboard is there and not on the public address.
func serveOperators(e *core.ServeEvent, address string) error {
	if address == "" {
		if err := e.Next(); err != nil {
			return err
		}
		fmt.Println("Served at", e.Server.Addr)
		return nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("for operators (--admin): %w", err)
	}
	if err := e.Next(); err != nil {
		return errors.Join(err, listener.Close())
	}
	public := e.Server
	operators := &http.Server{
		Handler: public.Handler, ReadTimeout: public.ReadTimeout, WriteTimeout: public.WriteTimeout,
		ReadHeaderTimeout: public.ReadHeaderTimeout, ErrorLog: public.ErrorLog,
		BaseContext: func(l net.Listener) context.Context { return ops.Inside(public.BaseContext(l)) },
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := operators.Serve(listener); err != http.ErrServerClosed {
			e.App.Logger().Error("The operators' listener has stopped", "error", err)
		}
	}()
	// After PocketBase's own, which ends what the requests of both wait for.
	e.App.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Priority: -9998, Func: func(t *core.TerminateEvent) error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if operators.Shutdown(ctx) != nil {
			_ = operators.Close()
		}
		<-ended
		return t.Next()
	}})
	fmt.Printf("Served at %s; operators' dashboard, on this address alone: http://%s/_/\n", public.Addr, listener.Addr())
	if host, _, err := net.SplitHostPort(listener.Addr().String()); err == nil && !loopback(host) {
		fmt.Fprintln(os.Stderr, "holdfast: the operators' address is reached from other machines, and not encrypted: put it behind a tunnel or a proxy of your own.")
	}
	return nil
}
