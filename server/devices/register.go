package devices

import (
	"cmp"
	"crypto/ecdsa"
	"errors"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	accountrules "holdfast/hooks/account"
	"holdfast/hooks/kernel"
	"holdfast/hooks/lineage"
	"holdfast/hooks/reply"
	"holdfast/hooks/signin"
	contract "holdfast/mobile-contract"
)

// FreshSignIn is how long after signing in somebody can register a phone.
const FreshSignIn = 10 * time.Minute

// register makes a device of a person's phone and gives it tokens. A phone's own token
// registers no other, and a sign-in only while it is fresh: what was copied from a phone
// makes no second one that its lock would not reach.
func (r *Room) register(e *core.RequestEvent) error {
	if e.Auth == nil || e.Auth.IsSuperuser() {
		return reply.Error(contract.Unauthorised, "Sign in first.")
	}
	token, _ := e.Get(signin.SentTokenKey).(string)
	if age := time.Since(signin.SignedInAt(token)); e.Get(kernel.DeviceKey) != nil || age > FreshSignIn || age < -time.Minute {
		return reply.Error(contract.SignInNeeded, "")
	}
	var ask contract.DeviceRequest
	if err := reply.Decode(e, contract.MaxDeviceBytes, &ask); err != nil {
		return err
	}
	key, err := plainKey(ask.PublicKey)
	if err != nil {
		return reply.Error(contract.Malformed, "public_key: "+err.Error()+".")
	}
	thumbprint, err := r.binds(e, key)
	if err != nil {
		return err
	}
	var answer contract.DeviceAnswer
	if answer.History, err = r.line.Foreign(ask.History); err != nil {
		return err
	}
	err = kernel.Within(e.App, kernel.ActorFrom(e), func(tx core.App) error {
		if err := endOver(tx, e.Auth.Id, time.Now()); err != nil {
			return err
		}
		devices, err := tx.FindCachedCollectionByNameOrId("devices")
		if err != nil {
			return err
		}
		d := core.NewRecord(devices)
		d.Load(map[string]any{
			"user": e.Auth.Id, "name": ask.Name, "platform": ask.Platform, "app_version": ask.AppVersion, "contract": ask.Contract,
			"public_key": key, "proves": thumbprint != "", "status": "active",
		})
		if err := tx.Save(kernel.AsServer(d)); err != nil {
			return err
		}
		family, err := r.begin(tx, e.Auth.Id, d.Id, time.Now())
		if err != nil {
			return err
		}
		return r.fill(tx, &answer, session{Family: family, User: e.Auth.Id, Device: d.Id}, thumbprint)
	})
	if fields, refused := kernel.Refusal(err); refused && fields["user"] != nil {
		return reply.Error(contract.DevicesMany, "")
	}
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, answer)
}

// binds is the thumbprint of the key that a new phone showed to hold; empty when it
// showed none, where that may be.
func (r *Room) binds(e *core.RequestEvent, key string) (string, error) {
	if e.Request.Header.Get(contract.ProofHeader) == "" {
		err := r.mayBeKeyless(e.App)
		if err != nil {
			r.offerNonce(e)
		}
		return "", err
	}
	var public *ecdsa.PublicKey
	public, thumbprint, err := contract.ReadProofKey([]byte(key))
	if err != nil {
		return "", reply.Error(contract.Malformed, "public_key: a proof is made with a key of P-256.")
	}
	return thumbprint, r.prove(e, public, thumbprint, "")
}

// refresh trades a refresh token; it needs no access token. One that was spent before
// means that a copy is about: the whole phone ends, whoever showed it.
func (r *Room) refresh(e *core.RequestEvent) error {
	var ask contract.RefreshRequest
	if err := reply.Decode(e, 16<<10, &ask); err != nil {
		return err
	}
	token, err := r.readRefresh(ask.RefreshToken)
	if err != nil {
		return reply.Error(contract.DeviceEnded, "")
	}
	foreign, proves, err := r.noticed(token, ask.History)
	if err != nil {
		return err
	}
	ahead, err := r.showing(e, token)
	if err == nil && ahead && proves {
		err = r.line.Ahead(lineage.Renewed)
	}
	if err != nil {
		return err
	}
	answer := contract.DeviceAnswer{History: foreign}
	var refused error
	err = kernel.Within(e.App, kernel.Actor{Door: "sync"}, func(tx core.App) (err error) {
		refused, err = r.trade(tx, token, &answer)
		return err // what a refusal ended stays ended
	})
	if err := cmp.Or(err, refused); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, answer)
}

// noticed looks whether a renewal proves that an older copy of the database was put back:
// by the history that it shows, or by the place in history at which its token was given.
// What was given in an epoch that is over was lost with it, and is explained, whoever comes
// when, and after however many restarts; of what is of the present one, proves says that
// the number of the token counts. An earlier build's token has no place, and says less
// than a history.
func (r *Room) noticed(token refreshToken, history string) (foreign string, proves bool, err error) {
	if foreign, err = r.line.Foreign(history); err != nil {
		return foreign, false, err
	}
	if token.given.Epoch == "" {
		return foreign, history == "", nil
	}
	proves, err = r.line.Judge(token.given)
	return foreign, proves, err
}

// showing holds who shows a refresh token to the phone's key, before anything follows from
// the token's number: what was copied without the key ends no phone and begins no epoch. A
// token is ahead that this database never gave out to a phone in use.
func (r *Room) showing(e *core.RequestEvent, token refreshToken) (ahead bool, refused error) {
	s, err := sessionOf(e.App, token.family)
	if err != nil {
		return false, reply.Error(contract.DeviceEnded, "")
	}
	_, phone, state, stopped := signin.Speaks(e.App, s.User, s.Device)
	spent := token.generation < s.Generation
	switch {
	case stopped != nil && !(spent && state == contract.DeviceLocked): // of a locked phone too, a copy ends it
		return false, r.stopped(e.App, state, s.Device)
	case phone.Key != nil:
		refused = r.prove(e, phone.Key, phone.Thumbprint, "")
	case !spent:
		refused = r.mayBeKeyless(e.App)
	}
	return token.generation > s.Generation+1 && !s.over(time.Now()), refused
}

// trade gives a phone that has shown itself its next tokens, or refuses them.
func (r *Room) trade(tx core.App, token refreshToken, answer *contract.DeviceAnswer) (refused, err error) {
	s, err := sessionOf(tx, token.family)
	if err != nil {
		return reply.Error(contract.DeviceEnded, ""), nil
	}
	_, phone, state, stopped := signin.Speaks(tx, s.User, s.Device)
	switch {
	case state == contract.DeviceWipe:
		return r.stopped(tx, state, s.Device), nil
	case token.generation < s.Generation:
		return reply.Error(contract.DeviceEnded, ""), accountrules.CopiedPhone(tx, s.Device)
	case stopped != nil:
		return r.stopped(tx, state, s.Device), nil
	}
	err = r.renew(tx, s, token.generation, time.Now())
	if errors.Is(err, errOver) {
		return reply.Error(contract.DeviceEnded, ""), accountrules.EndDevice(tx, s.Device)
	}
	if err != nil {
		return nil, err
	}
	s.Generation = token.generation
	return nil, r.fill(tx, answer, s, phone.Thumbprint)
}

// fill answers a phone's next tokens, and where the store stands in its history.
func (r *Room) fill(tx core.App, answer *contract.DeviceAnswer, s session, thumbprint string) (err error) {
	answer.Device = s.Device
	if answer.User, err = who(tx, s.User); err != nil {
		return err
	}
	answer.ExpiresIn = int(AccessLife.Seconds())
	answer.ServerTime = serverTime()
	if answer.AccessToken, err = r.access(s.User, s.Device, thumbprint, time.Now()); err != nil {
		return err
	}
	at, err := lineage.Here(tx.ConcurrentDB())
	if err != nil {
		return err
	}
	answer.Epoch = at.Epoch
	if answer.RefreshToken, err = r.writeRefresh(refreshToken{s.Family, s.Generation + 1, at}); err != nil {
		return err
	}
	if answer.History == "" {
		answer.History, err = r.line.Seal(at)
	}
	return err
}
