package sync

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

func packed(text string) *bytes.Buffer {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return &out
}

// A body may come packed, or with a mark before it; packed it is no larger than it may be.
func TestAPushComesPackedAndMarked(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	push := func(record string) string { return `{"mutations":[` + encode(attempt(record, 1)) + `]}` }
	for _, c := range []struct {
		what, body, encoding string
		status               int
		code                 contract.Code
	}{
		{"packed", packed(push("packedattempt01")).String(), "gzip", 200, ""},
		{"packed, in capitals", packed(push("packedattempt02")).String(), "GZIP", 200, ""},
		{"as it is", push("packedattempt03"), "identity", 200, ""},
		{"with a mark", "\xef\xbb\xbf" + push("packedattempt04"), "", 200, ""},
		{"packed with a mark", packed("\xef\xbb\xbf" + push("packedattempt05")).String(), "gzip", 200, ""},
		{"otherwise packed", push("packedattempt06"), "br", 415, contract.BodyEncoding},
		{"packed twice", push("packedattempt07"), "gzip, gzip", 415, contract.BodyEncoding},
		{"not packed at all", push("packedattempt08"), "gzip", 400, contract.Malformed},
		{"packed and cut", packed(push("packedattempt09")).String()[:60], "gzip", 400, contract.Malformed},
		{"a bomb", packed(`{"mutations":["` + strings.Repeat("x", 64<<20) + `"]}`).String(), "gzip", 413, contract.TooLarge},
	} {
		a := s.Do("POST", "/api/sync/push", p.token, strings.NewReader(c.body), "Content-Encoding", c.encoding)
		if a.Status != c.status || a.Code() != string(c.code) {
			t.Errorf("%s: %d %.300s", c.what, a.Status, a.Body)
		}
	}
	if got := allAttempts(t, s.App); !got["packedattempt01"] || !got["packedattempt05"] {
		t.Error("what came packed is not there")
	}
}

// Whoever asks for what is not there is answered in the contract's words.
func TestWhereNothingAnswersThereIsACode(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	for _, c := range [][2]string{{"POST", "/api/sync/push/"}, {"GET", "/api/sync/push"}, {"POST", "/api/sync/nonsense"}, {"GET", "/api/sync"}, {"PUT", "/api/sync/devices/x/y"}} {
		for _, token := range []string{p.token, ""} {
			if a := s.Do(c[0], c[1], token, strings.NewReader("{}")); a.Status != 404 || a.Code() != string(contract.NotFound) {
				t.Errorf("%s %s: %d %s", c[0], c[1], a.Status, a.Body)
			}
		}
	}
	if a := s.Do("GET", "/api/synchrony", p.token, nil); a.Code() != "" {
		t.Errorf("another path: %s", a.Body)
	}
}

// A phone that speaks a newer contract than the server is told which it gets.
func TestAContractThatIsNewerThanTheServerIsTold(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	for _, speaks := range []int{0, 1, 99} {
		if page := p.page(contract.PullRequest{Contract: speaks}); page.Contract.Speaks != contract.Version {
			t.Errorf("asked for %d: a page of contract %d", speaks, page.Contract.Speaks)
		}
		a := s.Do("POST", "/api/sync/pull", p.token, contract.PullRequest{Contract: speaks}, "Accept", "application/x-ndjson")
		if _, last := readStream(t, a.Body); last.Contract.Speaks != contract.Version {
			t.Errorf("asked for %d: a stream of contract %d", speaks, last.Contract.Speaks)
		}
	}
}
