package main

import (
	"crypto/tls"
	"strings"
)

// onlyGood leaves, of what TLS 1.2 can be spoken with, what is recommended (RFC 9325, 4.2):
// keys of the moment, and encryption that shows what was changed. 1.3 knows nothing else.
func onlyGood(c *tls.Config) {
	c.MinVersion = max(c.MinVersion, tls.VersionTLS12)
	c.CipherSuites = nil
	for _, s := range tls.CipherSuites() {
		if strings.HasPrefix(s.Name, "TLS_ECDHE_") && !strings.Contains(s.Name, "_CBC_") {
			c.CipherSuites = append(c.CipherSuites, s.ID)
		}
	}
}
