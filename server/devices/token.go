package devices

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/collections/migrations"
	accountrules "holdfast/hooks/account"
	"holdfast/hooks/lineage"
	"holdfast/hooks/signing"
)

// Lives of tokens.
const (
	AccessLife      = 10 * time.Minute
	RefreshIdle     = 30 * 24 * time.Hour
	RefreshAbsolute = 90 * 24 * time.Hour
)

// claims of a device's access token (RFC 9068, with the device as did).
type claims struct {
	jwt.RegisteredClaims
	Device  string   `json:"did"`
	Confirm *binding `json:"cnf,omitempty"`
}

// binding is the key that a token is bound to (RFC 7800, RFC 9449).
type binding struct {
	Thumbprint string `json:"jkt"`
}

func (r *Room) access(user, device, thumbprint string, at time.Time) (string, error) {
	var bound *binding
	if thumbprint != "" {
		bound = &binding{thumbprint}
	}
	return r.keys.Sign(signing.Access, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: signing.Issuer, Subject: user, Audience: jwt.ClaimStrings{signing.Issuer},
			ID: security.RandomString(16), IssuedAt: jwt.NewNumericDate(at), ExpiresAt: jwt.NewNumericDate(at.Add(AccessLife)),
		},
		Device: device, Confirm: bound,
	})
}

// refreshToken is what a phone's sign-in is renewed with: "family.generation.place.mac",
// derived, never stored. Generation n stays good, from the same phone, until an n+1 is
// used, so that a lost answer costs nothing; an older one means that a copy is about, and
// ends the family. Those of earlier builds name no place.
type refreshToken struct {
	family     string
	generation int
	given      lineage.Place // in the store's history
}

func (r *Room) writeRefresh(t refreshToken) (string, error) {
	given, err := json.Marshal(t.given)
	parts := []string{t.family, strconv.Itoa(t.generation), base64.RawURLEncoding.EncodeToString(given)}
	return strings.Join(append(parts, base64.RawURLEncoding.EncodeToString(r.keys.MAC(sealedParts(parts)...))), "."), err
}

var errRefresh = errors.New("the refresh token is not valid")

func (r *Room) readRefresh(token string) (t refreshToken, err error) {
	parts := strings.Split(token, ".")
	last := len(parts) - 1
	if last != 2 && last != 3 {
		return t, errRefresh
	}
	t.family = parts[0]
	t.generation, err = strconv.Atoi(parts[1])
	mac, bad := base64.RawURLEncoding.Strict().DecodeString(parts[last])
	if err != nil || bad != nil || t.generation < 1 || strconv.Itoa(t.generation) != parts[1] || !r.keys.Checks(mac, sealedParts(parts[:last])...) {
		return t, errRefresh
	}
	if last == 3 {
		given, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
		if err != nil || json.Unmarshal(given, &t.given) != nil {
			return t, errRefresh
		}
	}
	return t, nil
}

func sealedParts(parts []string) []string { return append([]string{"refresh"}, parts...) }

// session is a device's sign-in: one family of refresh tokens.
type session struct {
	Family     string `db:"family"`
	Device     string `db:"device"`
	User       string `db:"user"`
	Generation int    `db:"generation"`
	Started    int64  `db:"started"`
	Used       int64  `db:"used"`
}

func init() {
	migrations.Lay("1765000001_devices",
		`CREATE TABLE IF NOT EXISTS device_sessions (
		family TEXT PRIMARY KEY, device TEXT NOT NULL, "user" TEXT NOT NULL,
		generation INTEGER NOT NULL, started INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID`,
		`CREATE INDEX IF NOT EXISTS device_sessions_device ON device_sessions (device)`)
}

// begin starts a session, of which no token was used yet.
func (r *Room) begin(tx core.App, user, device string, at time.Time) (family string, err error) {
	family = security.RandomString(20)
	_, err = tx.NonconcurrentDB().NewQuery(`INSERT INTO device_sessions (family, device, "user", generation, started, used)
		VALUES ({:f}, {:d}, {:u}, 0, {:t}, {:t})`).Bind(dbx.Params{"f": family, "d": device, "u": user, "t": at.Unix()}).Execute()
	return family, err
}

// over tells whether a sign-in was not renewed for too long, or began too long ago.
func (s session) over(at time.Time) bool {
	return at.Sub(time.Unix(s.Used, 0)) > RefreshIdle || at.Sub(time.Unix(s.Started, 0)) > RefreshAbsolute
}

var errOver = errors.New("the sign-in is over")

// sessionOf is the sign-in of a family.
func sessionOf(app core.App, family string) (s session, err error) {
	if err := app.ConcurrentDB().NewQuery(`SELECT * FROM device_sessions WHERE family = {:f}`).Bind(dbx.Params{"f": family}).One(&s); err != nil {
		return s, errRefresh
	}
	return s, nil
}

// renew makes a refresh token the last that was used. One that is ahead was given out in a
// history that a restore took back, and its phone goes on from there; one that was spent is
// its caller's to see.
func (r *Room) renew(tx core.App, s session, generation int, at time.Time) error {
	if s.over(at) {
		return errOver
	}
	if _, err := tx.NonconcurrentDB().NewQuery(`UPDATE device_sessions SET generation = {:g}, used = {:t} WHERE family = {:f}`).
		Bind(dbx.Params{"g": generation, "t": at.Unix(), "f": s.Family}).Execute(); err != nil {
		return fmt.Errorf("renewing a session: %w", err)
	}
	return nil
}

// endOver ends those of a person's phones whose sign-in is over: nobody will renew it,
// and they are in the way of others.
func endOver(tx core.App, user string, at time.Time) error {
	var over []string
	if err := tx.NonconcurrentDB().NewQuery(`SELECT d.id FROM devices d WHERE d."user" = {:u} AND d.status IN ('active', 'locked') AND NOT EXISTS (
			SELECT 1 FROM device_sessions s WHERE s.device = d.id AND s.used >= {:idle} AND s.started >= {:whole})`).
		Bind(dbx.Params{"u": user, "idle": at.Add(-RefreshIdle).Unix(), "whole": at.Add(-RefreshAbsolute).Unix()}).Column(&over); err != nil {
		return err
	}
	for _, id := range over {
		if err := accountrules.EndDevice(tx, id); err != nil {
			return err
		}
	}
	return nil
}
