// Package devices is the door that phones come through: registering one, the
// tokens that are bound to it, and what the server believes of a request.
//
// Why tokens of our own: PocketBase's live five days, renew for ever and know no
// device; a lost phone must be stopped alone, within minutes. An access token
// lives ten minutes; its refresh token renews it and shows when it was copied.
//
// Why a wiped device signs with its own key: its tokens are dead by then, and a word
// that anybody could have sent is no proof that a family's file has left a lost phone.
package devices
