package intake_test

import (
	"strings"
	"testing"

	"holdfast/collections"
	"holdfast/collections/packs"
	"holdfast/hooks/intake"
)

func parse(body string) (*intake.Policy, error) {
	return intake.Parse([]byte(body), collections.EvidenceKinds, collections.BodyImage)
}

func TestThePolicyThatIsDelivered(t *testing.T) {
	p, err := parse(string(packs.EvidencePolicy()))
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range collections.EvidenceKinds {
		if p.Largest(k) == 0 {
			t.Errorf("%s is off", k)
		}
	}
	for _, c := range []struct {
		kind, mime string
		size       int64
		want       string
	}{
		{"home_conditions", "image/heic", 15 << 20, ""},
		{"home_conditions", "image/heic", 15<<20 + 1, intake.TooLarge},
		{"home_conditions", "application/pdf", 1, intake.TypeRefused},
		{"document", "application/pdf", 50 << 20, ""},
		{"document", "image/jpeg", 16 << 20, intake.TooLarge}, // a photo stays one
		{"audio", "audio/wav", 100 << 20, ""},
		{"other", "video/mp4", 1, intake.TypeRefused}, // off by default
		{"document", "text/html", 1, intake.TypeRefused},
		{"nonsense", "image/jpeg", 1, intake.KindOff},
	} {
		if got, _ := p.Takes(c.kind, c.mime, c.size); got != c.want {
			t.Errorf("%s as %s, %d bytes: %q, want %q", c.mime, c.kind, c.size, got, c.want)
		}
	}
	if !p.Kinds[collections.BodyImage].NeedsException {
		t.Error("images of a child's body are open")
	}
}

func TestAPolicyThatCannotBeKeptIsNone(t *testing.T) {
	whole := string(packs.EvidencePolicy())
	for what, edit := range map[string][2]string{
		"not JSON":        {`{`, ``},
		"a word too many": {`"key"`, `"colour": 1, "key"`},
		"html":            {`"application/pdf"`, `"text/html"`},
		"svg":             {`"image/webp"`, `"image/svg+xml"`},
		"archives":        {`"application/pdf"`, `"application/zip"`},
		"an unknown kind": {`"letter": {`, `"selfie": {`},
		"no types": {`"types": [
        "image/jpeg", "image/png", "image/webp",
        "image/heic", "image/heif"
      ]`, `"types": []`},
		"an unknown family":      {`"image": 15728640`, `"picture": 1, "image": 15728640`},
		"a family with no limit": {`"audio": 104857600, `, ``},
		"no bytes":               {`"image": 15728640`, `"image": 0`},
		"endless bytes":          {`"image": 15728640`, `"image": 99999999999`},
		"none a day":             {`"per_day": 200`, `"per_day": 0`},
		"body images open":       {`, "needs_exception": true`, ``},
		"something behind":       {"  }\n}\n", "  }\n}\n{}"},
	} {
		if !strings.Contains(whole, edit[0]) {
			t.Fatalf("%s: nothing to edit", what)
		}
		if p, err := parse(strings.Replace(whole, edit[0], edit[1], 1)); err == nil {
			t.Errorf("%s: taken as version %d", what, p.Version)
		} else if said := strings.Contains(err.Error(), "by nobody"); said != (what == "html" || what == "svg" || what == "archives") {
			t.Errorf("%s: refused with %v", what, err)
		}
	}
}
