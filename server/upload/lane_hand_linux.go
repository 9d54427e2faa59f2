package upload

import "syscall"

// giveWay lets every other thread of this process go before this one. One that cannot
// works as any.
func giveWay() {
	kept, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0) // as the kernel tells it: 20 less the niceness
	if err == nil {
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, syscall.Gettid(), 20-kept+10)
	}
}
