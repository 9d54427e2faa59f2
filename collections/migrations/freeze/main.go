// Command freeze writes the declarations as the next frozen migration, when
// replaying the frozen ones does not give them already:
//
//	go run ./collections/migrations/freeze NAME
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"holdfast/collections"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: go run ./collections/migrations/freeze NAME (such as 0002_letters)")
	}
	snapshot, err := collections.Snapshot()
	if err != nil {
		log.Fatal(err)
	}
	path := filepath.Join("collections", "migrations", os.Args[1]+".json")
	if err := os.WriteFile(path, snapshot, 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Println("froze", path)
}
