//go:build linux || darwin || freebsd

package ops

import "syscall"

// diskRoom is what is free to this server on the disk of a folder, and the disk's
// size, in bytes; zeros when the system does not tell.
func diskRoom(folder string) (free, size int64) {
	var s syscall.Statfs_t
	if syscall.Statfs(folder, &s) != nil {
		return 0, 0
	}
	return int64(s.Bavail) * int64(s.Bsize), int64(s.Blocks) * int64(s.Bsize)
}
