package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	contract "holdfast/mobile-contract"
)

const shapes = "mobile-contract/SHAPES.md"

// firstShapes adds to SHAPES.md the first line of each collection that has none: what was
// never out there needs no decision. Every later change of it does, and waits for a person.
func firstShapes(root string, files map[string][]byte) error {
	raw, err := os.ReadFile(filepath.Join(root, shapes))
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
	first := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "| `") })
	if first < 0 {
		return fmt.Errorf("%s has no table", shapes)
	}
	for file, schema := range files {
		if path.Dir(file) != recordFolder {
			continue
		}
		name := strings.TrimSuffix(path.Base(file), ".json")
		begins := "| `" + name + "` |"
		if slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, begins) }) {
			continue
		}
		hash, since, err := contract.Shape(schema)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		at := first
		for at < len(lines) && strings.HasPrefix(lines[at], "| `") && lines[at] < begins {
			at++
		}
		lines = slices.Insert(lines, at, fmt.Sprintf("%s %d | `%s` | as first published |", begins, since, hash))
	}
	files[shapes] = []byte(strings.Join(lines, "\n") + "\n")
	return nil
}
