package kernel

import (
	"context"

	"github.com/pocketbase/pocketbase/core"
)

// Beside does something beside everything else from now on, until the app ends, which
// waits for it.
func Beside(app core.App, do func(context.Context)) {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); do(ctx) }()
	app.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		stop()
		<-ended
		return e.Next()
	})
}

// WhileServed does something beside the server, once it serves.
func WhileServed(app core.App, do func(context.Context, core.App)) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		Beside(e.App, func(ctx context.Context) { do(ctx, e.App) })
		return nil
	})
}
