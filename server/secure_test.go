package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// certified is a store whose server has its certificate already, as an authority gave it.
func certified(t *testing.T, domain string) (store string, known *x509.CertPool) {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: domain}, DNSNames: []string{domain}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 3, 0), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	raw := must(x509.CreateCertificate(rand.Reader, form, form, key.Public(), key))
	var file bytes.Buffer
	_ = pem.Encode(&file, &pem.Block{Type: "EC PRIVATE KEY", Bytes: must(x509.MarshalECPrivateKey(key))})
	_ = pem.Encode(&file, &pem.Block{Type: "CERTIFICATE", Bytes: raw})
	store = t.TempDir()
	if err := os.Mkdir(filepath.Join(store, ".autocert_cache"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(store, ".autocert_cache", domain), file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	known = x509.NewCertPool()
	known.AddCert(must(x509.ParseCertificate(raw)))
	return store, known
}

// A server with a certificate of its own speaks TLS 1.3, or 1.2 with what is recommended,
// and nothing older; and says that it is to be spoken to so for ever.
func TestOnlyGoodTLSIsSpoken(t *testing.T) {
	const domain = "holdfast.example"
	store, known := certified(t, domain)
	free := func() string {
		l := must(net.Listen("tcp", "127.0.0.1:0"))
		defer l.Close()
		return l.Addr().String()
	}
	plain, secure := free(), free()
	s := shellIn(t, t.TempDir())
	c := s.command("serve", "--dir", store, "--http", plain, "--https", secure, "--admin", "", domain)
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = c.Wait() }()
	t.Cleanup(func() { _ = c.Process.Kill() })
	speak := func(with *tls.Config) (tls.ConnectionState, error) {
		with.ServerName, with.RootCAs = domain, known
		conn, err := tls.Dial("tcp", secure, with)
		if err != nil {
			return tls.ConnectionState{}, err
		}
		defer conn.Close()
		return conn.ConnectionState(), nil
	}
	var best tls.ConnectionState
	err := os.ErrNotExist
	for range 6000 {
		if best, err = speak(&tls.Config{}); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil || best.Version != tls.VersionTLS13 {
		t.Fatalf("the best that is spoken is %x: %v\n%s", best.Version, err, said.String())
	}
	if got, err := speak(&tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}); err == nil || !strings.Contains(err.Error(), "version") {
		t.Errorf("an old version is spoken: %x, %v", got.Version, err)
	}
	good := 0
	for _, suites := range [][]*tls.CipherSuite{tls.CipherSuites(), tls.InsecureCipherSuites()} {
		for _, suite := range suites {
			if strings.HasPrefix(suite.Name, "TLS_AES") || strings.HasPrefix(suite.Name, "TLS_CHACHA") {
				continue // of TLS 1.3, which has no others
			}
			_, err := speak(&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite.ID}})
			recommended := strings.HasPrefix(suite.Name, "TLS_ECDHE_") && (strings.Contains(suite.Name, "_GCM_") || strings.Contains(suite.Name, "_POLY1305_"))
			if err == nil && !recommended {
				t.Errorf("%s is spoken", suite.Name)
			}
			if err == nil {
				good++
			}
		}
	}
	if good < 2 {
		t.Errorf("only %d suites of TLS 1.2 are spoken: old phones are left out", good)
	}
	browser := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{ServerName: domain, RootCAs: known}}}
	res, err := browser.Get("https://" + secure + "/api/health")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != 200 || !strings.Contains(res.Header.Get("Strict-Transport-Security"), "includeSubDomains") {
		t.Errorf("%d, Strict-Transport-Security %q", res.StatusCode, res.Header.Get("Strict-Transport-Security"))
	}
	_ = c.Process.Signal(syscall.SIGTERM)
}
