// Command freeze writes what changed of the nouns since the last frozen step as the next
// one:
//
//	go run ./collections/migrations/freeze NAME
//
// with -lose, which fields (notes.body) or collections go although stores hold something in
// them. With the name of the last step it writes that step anew.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"holdfast/collections/migrations"
)

var wellNamed = regexp.MustCompile(`^\d{10}_[a-z0-9_]+$`)

func main() {
	log.SetFlags(0)
	lose := flag.String("lose", "", "what goes although stores hold something in it: notes.body,old_things")
	flag.Parse()
	if flag.NArg() != 1 || !wellNamed.MatchString(flag.Arg(0)) {
		log.Fatal("usage: go run ./collections/migrations/freeze NAME (ten digits and what changed, such as 1767000000_letters)")
	}
	if err := freeze(flag.Arg(0), strings.FieldsFunc(*lose, func(r rune) bool { return r == ',' })); err != nil {
		log.Fatal(err)
	}
}

func freeze(name string, lose []string) error {
	names := migrations.Names()
	if last := names[len(names)-1]; name < last || name == names[0] {
		return fmt.Errorf("%s would come before %s, which servers may have taken: give the step a later number", name, last)
	}
	was, err := migrations.Before(name)
	if err != nil {
		return err
	}
	now, err := migrations.Nouns()
	if err != nil {
		return err
	}
	path := filepath.Join("collections", "migrations", name+".json")
	step := migrations.Between(was, now, lose...)
	if step.Empty() {
		fmt.Println("nothing changed since the steps before", name)
		if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	}
	raw := migrations.Print(step)
	if err := os.WriteFile(path, raw, 0o644); err != nil {
		return err
	}
	fmt.Println("froze", path, "in", bytes.Count(raw, []byte("\n")), "lines")
	for _, gone := range step.Gone() {
		fmt.Println("a store that holds something in", gone, "will refuse this step, unless it is frozen with -lose", gone)
	}
	return nil
}
