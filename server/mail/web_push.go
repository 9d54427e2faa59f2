package mail

import (
	"context"
	"crypto/ecdh"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/SherClockHolmes/webpush-go"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/tell"
)

// Push is an area's own key for web push (RFC 8292), and whom the push services turn to.
type Push struct {
	Key     string // the private key of P-256, 32 bytes as base64url; empty: no web push
	Contact string // an email address, or an https address
}

// Public is the key that browsers subscribe with.
func (p Push) Public() (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(p.Key)
	if err != nil {
		return "", fmt.Errorf("the key of web push is no base64url: %w", err)
	}
	private, err := ecdh.P256().NewPrivateKey(raw)
	if err != nil {
		return "", fmt.Errorf("the key of web push: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(private.PublicKey().Bytes()), nil
}

// webPush rings browsers and phones that subscribed (RFC 8030).
type webPush struct {
	app    core.App
	keys   Push
	public string
	client *http.Client
}

// ringFor is how long a push service tries to reach a phone that is off, in seconds: by
// then it was rung again.
const ringFor = 4 * 60 * 60

// carry seals the words for the subscription alone. A service that has them already puts
// one of the same topic in its place.
func (p *webPush) carry(ctx context.Context, w words) error {
	s, err := p.app.FindRecordById("push_subscriptions", w.To)
	if errors.Is(err, sql.ErrNoRows) {
		return errGone
	}
	if err != nil {
		return err
	}
	if !tell.RingsThrough(p.app, s.GetString("endpoint")) {
		return errGone
	}
	said, err := json.Marshal(map[string]string{"kind": w.Kind, "title": w.Title, "body": w.Body, "tag": w.Reference})
	if err != nil {
		return err
	}
	answer, err := webpush.SendNotificationWithContext(ctx, said,
		&webpush.Subscription{Endpoint: s.GetString("endpoint"), Keys: webpush.Keys{P256dh: s.GetString("p256dh"), Auth: s.GetString("auth")}},
		&webpush.Options{HTTPClient: p.client, Subscriber: p.keys.Contact, VAPIDPublicKey: p.public, VAPIDPrivateKey: p.keys.Key,
			TTL: ringFor, Urgency: webpush.UrgencyHigh, Topic: w.Reference})
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
	switch {
	case answer.StatusCode == http.StatusNotFound, answer.StatusCode == http.StatusGone:
		return errGone
	case answer.StatusCode/100 != 2:
		return fmt.Errorf("the push service answered %d", answer.StatusCode)
	}
	return nil
}

// carried is never known of a push: sent again it takes its own place, on the service and
// on the screen.
func (p *webPush) carried(context.Context, string) (bool, error) { return false, nil }
