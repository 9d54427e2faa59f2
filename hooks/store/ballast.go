package store

import (
	"sync"

	"modernc.org/libc"
)

// keepMemory holds some of the C memory that SQLite takes and gives back with every
// statement: the copies of the pages that a statement with a trigger touches, in blocks
// of a little more than 1 KiB; a trigger's registers; a page's neighbours while it is
// split. The allocator returns 64 KiB to the system when the last block in them is
// freed. Without one block held in each, every Save maps and unmaps memory several
// times: a fifth of a push.
var keepMemory = sync.OnceFunc(func() {
	tls := libc.NewTLS()
	defer tls.Close()
	for _, c := range []struct{ block, inOne, held int }{
		{2 << 10, 31, 96},
		{4 << 10, 15, 8},
		{8 << 10, 7, 8},
		{16 << 10, 3, 32},
	} {
		var blocks []uintptr
		for range c.held * c.inOne {
			blocks = append(blocks, libc.Xmalloc(tls, libc.Tsize_t(c.block)))
		}
		for i, b := range blocks {
			if i%c.inOne != 0 {
				libc.Xfree(tls, b)
			}
		}
	}
})
