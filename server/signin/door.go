package signin

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/hooks/account"
	"holdfast/hooks/reply"
	signinrules "holdfast/hooks/signin"
	contract "holdfast/mobile-contract"
)

// way is one route by which somebody comes in.
type way struct {
	by   string
	slow bool // it checks a password or a code
	read func(e *core.RequestEvent, a *signinrules.Attempt) error
}

// ways are the routes, as PocketBase and the room of devices name them. One that is
// refused for everybody stands in closed.
var ways = map[string]way{
	"POST /api/collections/{collection}/auth-with-password":     {signinrules.ByPassword, true, identity},
	"POST /api/collections/{collection}/auth-with-otp":          {signinrules.ByCode, true, code},
	"POST /api/collections/{collection}/request-otp":            {signinrules.ByMail, true, address},
	"POST /api/collections/{collection}/request-password-reset": {signinrules.ByMail, false, address},
	"POST /api/collections/{collection}/request-verification":   {signinrules.ByMail, false, address},
	"POST /api/collections/{collection}/request-email-change":   {signinrules.ByMail, false, newAddress},
	"POST /api/collections/{collection}/confirm-password-reset": {signinrules.ByLink, true, link},
	"POST /api/collections/{collection}/confirm-verification":   {signinrules.ByLink, false, link},
	"POST /api/collections/{collection}/confirm-email-change":   {signinrules.ByPassword, true, link},
	"POST /api/sync/devices/refresh":                            {signinrules.ByRefresh, false, refresh},
}

// closed are PocketBase's mails that a worker needs none of: their links lead to the
// operator's dashboard, and an address is changed by whoever answers for the account.
var closed = []string{"request-verification", "confirm-verification", "request-email-change", "confirm-email-change"}

// counted lets a request through to its route when its turn has come.
func (r *Room) counted(e *core.RequestEvent) error {
	w, ok := ways[e.Request.Pattern]
	if !ok {
		return e.Next()
	}
	a := &signinrules.Attempt{App: e.App, Way: w.by, In: collectionOf(e), Address: e.RealIP(), At: r.now()}
	a.Door = doorOf(a.In)
	if a.In == "users" {
		for _, action := range closed {
			if strings.HasSuffix(e.Request.Pattern, "/"+action) {
				return reply.Error(contract.NotAllowed, "The operator changes somebody's address; ask the lead of your agency.")
			}
		}
	}
	if err := w.read(e, a); err != nil { // what cannot be read is counted too
		a.Account = errUnread.Error()
	}
	err := r.judge(e, a, w.slow, e.Next, func(err error) bool { return w.by != signinrules.ByRefresh || status(err) == http.StatusUnauthorized })
	if err != nil && w.by == signinrules.ByMail && e.Written() {
		return errors.New("there is no such account, or a mail was sent a moment ago") // PocketBase's own words name the address
	}
	return err
}

// freeRefusals is how often within a second one address may be told to wait before it does.
const freeRefusals = 50

// judge counts an attempt, has it judged when its turn has come, and says what came of
// it. A mail that was asked for stays counted.
func (r *Room) judge(e *core.RequestEvent, a *signinrules.Attempt, slow bool, next func() error, wrong func(error) bool) error {
	if wait := a.Begin(); wait > 0 {
		reply.Linger(e.Request.Context(), "sign-in "+e.RealIP(), freeRefusals)
		return reply.Later(e, contract.TooManyTries, wait)
	}
	if slow {
		leave, ok := signinrules.CheckingPassword(e.App)
		if !ok {
			a.Void()
			return reply.Later(e, contract.Busy, 3*time.Second)
		}
		defer leave()
	}
	err := next()
	switch {
	case a.Way == signinrules.ByMail:
		a.Wrong() // whether there is such an account is not to be seen in it
	case err == nil, errors.Is(err, apis.ErrMFA):
		a.Right()
	case wrong(err):
		a.Wrong()
	default:
		a.Void()
	}
	return err
}

// collectionOf is the name of the route's collection, which may be named by its id.
func collectionOf(e *core.RequestEvent) string {
	c, err := e.App.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
	if err != nil {
		return e.Request.PathValue("collection")
	}
	return c.Name
}

// known fills in whose account an address is.
func known(e *core.RequestEvent, a *signinrules.Attempt, email string) {
	a.Account = account.FoldEmail(email)
	if user, err := account.FindAccount(e.App, a.In, email); err == nil {
		a.User = user
	}
}

func identity(e *core.RequestEvent, a *signinrules.Attempt) error {
	var b struct {
		Identity      string `form:"identity" json:"identity"`
		Password      string `form:"password" json:"password"`
		IdentityField string `form:"identityField" json:"identityField,omitempty"`
		MFA           string `form:"mfaId" json:"mfaId,omitempty"`
	}
	if err := e.BindBody(&b); err != nil {
		return err
	}
	b.Identity = account.FoldEmail(b.Identity)
	known(e, a, b.Identity)
	return goesOn(e, b)
}

func address(e *core.RequestEvent, a *signinrules.Attempt) error {
	var b struct {
		Email string `form:"email" json:"email"`
		MFA   string `form:"mfaId" json:"mfaId,omitempty"`
	}
	if err := e.BindBody(&b); err != nil {
		return err
	}
	b.Email = account.FoldEmail(b.Email)
	known(e, a, b.Email)
	return goesOn(e, b)
}

func newAddress(e *core.RequestEvent, a *signinrules.Attempt) error {
	if e.Auth != nil {
		a.Account, a.User = e.Auth.Id, e.Auth
	}
	return nil
}

func code(e *core.RequestEvent, a *signinrules.Attempt) error {
	var b struct {
		OTP string `form:"otpId" json:"otpId"`
	}
	if err := e.BindBody(&b); err != nil {
		return err
	}
	a.Account = b.OTP
	if otp, err := e.App.FindOTPById(b.OTP); err == nil {
		if user, err := e.App.FindRecordById(otp.CollectionRef(), otp.RecordRef()); err == nil {
			a.Account, a.User = user.Id, user
		}
	}
	return nil
}

// link is a token out of a mail, and with a change of address the password as well.
func link(e *core.RequestEvent, a *signinrules.Attempt) error {
	var b struct {
		Token string `form:"token" json:"token"`
	}
	if err := e.BindBody(&b); err != nil {
		return err
	}
	a.Account = hashed(b.Token)
	if a.Way != signinrules.ByPassword {
		return nil
	}
	claims, _ := security.ParseUnverifiedJWT(b.Token)
	id, _ := claims["id"].(string)
	if user, err := e.App.FindRecordById(a.In, id); err == nil {
		a.Account, a.User = user.Email(), user
	}
	return nil
}

func refresh(e *core.RequestEvent, a *signinrules.Attempt) error {
	raw, err := io.ReadAll(io.LimitReader(e.Request.Body, 16<<10+1)) // more is refused by the route
	if err != nil {
		return err
	}
	body(e, raw)
	var b contract.RefreshRequest
	err = json.Unmarshal(raw, &b)
	family, _, _ := strings.Cut(b.RefreshToken, ".")
	a.Account = family
	return err
}

// goesOn gives PocketBase what was read, as it was read.
func goesOn(e *core.RequestEvent, read any) error {
	raw, err := json.Marshal(read)
	if err != nil {
		return err
	}
	e.Request.Header.Set("Content-Type", "application/json")
	body(e, raw)
	return nil
}

func body(e *core.RequestEvent, raw []byte) {
	e.Request.Body = &router.RereadableReadCloser{ReadCloser: io.NopCloser(bytes.NewReader(raw))}
	e.Request.ContentLength = int64(len(raw))
}

func hashed(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// status is the HTTP status of an error's answer, 0 when it has none.
func status(err error) int {
	var said *router.ApiError
	if errors.As(err, &said) {
		return said.Status
	}
	return 0
}

// problems are the fields of an error's answer.
func problems(err error) map[string]any {
	var said *router.ApiError
	if errors.As(err, &said) {
		return said.Data
	}
	return nil
}
