package main

import (
	"fmt"
	"runtime/debug"
	"strings"
)

// version says what was built, as the build itself recorded it.
func version() string {
	built, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown: the build recorded nothing"
	}
	told := map[string]string{}
	for _, s := range built.Settings {
		told[s.Key] = s.Value
	}
	revision := "of an unknown revision (built without version control)"
	if told["vcs.revision"] != "" {
		revision = "revision " + told["vcs.revision"] + " of " + told["vcs.time"]
	}
	if told["vcs.modified"] == "true" {
		revision += ", with changes"
	}
	parts := []string{revision, "built with " + built.GoVersion}
	for _, d := range built.Deps {
		if d.Path == "github.com/pocketbase/pocketbase" {
			parts = append(parts, fmt.Sprintf("on PocketBase %s", d.Version))
		}
	}
	return strings.Join(parts, ", ")
}
