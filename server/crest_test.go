package main

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// The operator gives an agency its crest and takes it off; what is no picture is refused
// in words.
func TestTheOperatorGivesAnAgencyItsCrest(t *testing.T) {
	app := demotest.App(t)
	name, folder := demo.Agencies[0].Name, t.TempDir()
	var drawn bytes.Buffer
	if err := png.Encode(&drawn, image.NewRGBA(image.Rect(0, 0, 40, 20))); err != nil {
		t.Fatal(err)
	}
	file := func(name string, raw []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	kept := func() string { return must(app.FindRecordById("agencies", demo.Agencies[0].ID)).GetString("crest") }
	if err := crest(app, name, file("crest.png", drawn.Bytes())); err != nil || len(kept()) != 64 {
		t.Fatalf("%v, the crest is %q", err, kept())
	}
	for path, says := range map[string]string{
		file("crest.svg", []byte("<svg/>")):        "Choose a PNG or JPEG picture",
		file("large.png", make([]byte, 2<<20)):     "Choose a PNG or JPEG picture",
		filepath.Join(folder, "there is none.png"): "no such file",
	} {
		if err := crest(app, name, path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := crest(app, "Nobody", file("crest.png", drawn.Bytes())); err == nil || !strings.Contains(err.Error(), "no agency called Nobody") {
		t.Errorf("an agency that there is not: %v", err)
	}
	if err := crest(app, name, ""); err != nil || kept() != "" {
		t.Errorf("%v, taken off, the crest is %q", err, kept())
	}
}
