package store

import (
	"sync"

	"modernc.org/libc"
)

// keepJournalMemory holds some of the C memory that SQLite journals statements in.
// Every statement with a trigger copies the pages it touches into blocks of a little
// more than 1 KiB, and frees them at its end; the allocator returns a page of blocks
// to the system when its last block is freed. Without one block held in each, every
// Save maps and unmaps memory several times: a tenth of a push.
var keepJournalMemory = sync.OnceFunc(func() {
	const (
		block  = 1032 // memjrnl's chunk, and malloc's own header
		pages  = 96   // of 64 KiB
		inPage = 31   // blocks of this class
	)
	tls := libc.NewTLS()
	defer tls.Close()
	var blocks []uintptr
	for range pages * inPage {
		blocks = append(blocks, libc.Xmalloc(tls, block))
	}
	for i, b := range blocks {
		if i%inPage != 0 {
			libc.Xfree(tls, b)
		}
	}
})
