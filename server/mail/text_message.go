package mail

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Text is the area's service for text messages, which speaks as GOV.UK Notify does (its
// REST API, version 2).
type Text struct {
	URL      string // https://api.notifications.service.gov.uk
	Key      string // NAME-SERVICE-SECRET, as the service gives it out; empty: no texts
	Template string // of the service, with ((message)) in it
}

// notify sends texts by it.
type notify struct {
	Text
	service, secret string
	client          *http.Client
	now             func() time.Time
}

// open reads the key: a name, and then two UUIDs.
func (t Text) open(client *http.Client, now func() time.Time) (*notify, error) {
	const uuid = 36
	if len(t.Key) < 2*uuid+2 || t.Template == "" || !strings.HasPrefix(t.URL, "https://") {
		return nil, fmt.Errorf("texts: the service's address (https), its key and the template's id are needed")
	}
	secret := t.Key[len(t.Key)-uuid:]
	service := t.Key[len(t.Key)-2*uuid-1 : len(t.Key)-uuid-1]
	return &notify{Text: t, service: service, secret: secret, client: client, now: now}, nil
}

func (n *notify) carry(ctx context.Context, w words) error {
	said, err := json.Marshal(map[string]any{"phone_number": w.To, "template_id": n.Template, "reference": w.Reference,
		"personalisation": map[string]string{"message": w.Title + ": " + w.Body}})
	if err != nil {
		return err
	}
	return n.ask(ctx, http.MethodPost, "/v2/notifications/sms", said, nil)
}

// carried asks the service whether it has one of this reference: a text that went out is
// not sent twice because the answer to it was lost.
func (n *notify) carried(ctx context.Context, reference string) (bool, error) {
	var answer struct {
		Notifications []struct {
			Reference string `json:"reference"`
		} `json:"notifications"`
	}
	if err := n.ask(ctx, http.MethodGet, "/v2/notifications?"+url.Values{"reference": {reference}}.Encode(), nil, &answer); err != nil {
		return false, err
	}
	for _, one := range answer.Notifications {
		if one.Reference == reference {
			return true, nil
		}
	}
	return false, nil
}

func (n *notify) ask(ctx context.Context, method, path string, body []byte, answer any) error {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"iss": n.service, "iat": n.now().Unix()}).SignedString([]byte(n.secret))
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(n.URL, "/")+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	got, err := n.client.Do(request)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(got.Body, 1<<20))
	switch {
	case err != nil:
		return err
	case got.StatusCode/100 != 2:
		return fmt.Errorf("the text service answered %d", got.StatusCode) // what it says beside may name the number
	case answer == nil:
		return nil
	}
	return json.Unmarshal(raw, answer)
}
