package ops

import (
	"reflect"

	"github.com/pocketbase/pocketbase/core"
)

// turnsMail reports whether mail would go another way, from another sender, or its links
// lead elsewhere.
func turnsMail(was, now *core.Settings) bool {
	return was.SMTP != now.SMTP || was.Meta.AppURL != now.Meta.AppURL || was.Meta.SenderAddress != now.Meta.SenderAddress
}

// changedSettings names the groups of settings that differ.
func changedSettings(was, now *core.Settings) (names []string) {
	for _, g := range []struct {
		name     string
		was, now any
	}{
		{"meta", was.Meta, now.Meta}, {"smtp", was.SMTP, now.SMTP}, {"s3", was.S3, now.S3}, {"backups", was.Backups, now.Backups},
		{"logs", was.Logs, now.Logs}, {"batch", was.Batch, now.Batch}, {"rateLimits", was.RateLimits, now.RateLimits},
		{"trustedProxy", was.TrustedProxy, now.TrustedProxy}, {"superuserIPs", was.SuperuserIPs, now.SuperuserIPs},
	} {
		if !reflect.DeepEqual(g.was, g.now) {
			names = append(names, g.name)
		}
	}
	return names
}
