package firstpage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// ErrUndrawable says that the PDF itself is why there is no picture: it is broken,
// locked, empty, or asks for more than it may have. It will not be otherwise next time.
var ErrUndrawable = errors.New("the first page cannot be drawn")

// patience is how long a page may take on a machine that has other things to do.
const patience = 4 * time.Minute

// Draw makes a JPEG, at most side pixels wide and high, of a PDF's first page as a
// reader shows it. What is compiled on the way is kept in the folder cache, which is
// made when it is not there. A reader that fails looks like a PDF that is cut off: who
// gave it must ask it first.
func Draw(ctx context.Context, cache string, side int, pdf io.Reader) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd, err := command(ctx, cache, side)
	if err != nil {
		return nil, err
	}
	var picture, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = pdf, &picture, &said
	err = cmd.Run()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err == nil && picture.Len() > 0 {
		return picture.Bytes(), nil
	}
	why := said.Bytes()[:min(said.Len(), 500)]
	if s := cmd.ProcessState; s != nil && (s.ExitCode() == undrawable || overspent(s)) {
		return nil, fmt.Errorf("%w: %s", ErrUndrawable, why)
	}
	return nil, fmt.Errorf("drawing a first page: %w: %s", err, why)
}

// command is this program as a child that draws one page.
func command(ctx context.Context, cache string, side int) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, cache, strconv.Itoa(side), strconv.Itoa(int(budget/time.Second)))
	cmd.Env = []string{asked + "=1"}                      // and none of the house's secrets
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it gives way as a group
	cmd.WaitDelay = time.Second
	return cmd, nil
}

// overspent says that a page was ended because it had had all of its budget.
func overspent(s *os.ProcessState) bool {
	how, ok := s.Sys().(syscall.WaitStatus)
	return ok && how.Signaled() && how.Signal() == syscall.SIGKILL && s.UserTime()+s.SystemTime() >= budget
}
