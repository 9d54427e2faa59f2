package firstpage

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klippa-app/go-pdfium/requests"
)

// endless draws for minutes: 20,000 gradients over the whole page.
func endless() []byte {
	return sheet("", a4+"/Resources<</Shading<</S<</ShadingType 3/ColorSpace/DeviceRGB/Coords[300 400 0 300 400 600]/Extend[true true]"+
		"/Function<</FunctionType 2/Domain[0 1]/C0[1 0 0]/C1[0 0 1]/N 1>>>>>>>>", strings.Repeat("/S sh ", 20_000))
}

// nested draws what draws what draws, until there is no more memory for it.
func nested() []byte {
	var forms []string
	for i := range 12 { // each draws the next ten times
		next := fmt.Sprintf("/Resources<</XObject<</X %d 0 R>>>>", 6+i)
		forms = append(forms, stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]"+next, strings.Repeat("/X Do ", 10)))
	}
	forms = append(forms, stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]", corner))
	return sheet("", a4+"/Resources<</XObject<</X 5 0 R>>>>", "/X Do", forms...)
}

// vast has a page whose drawing unpacks to 400 MiB, and is itself two.
func vast() []byte {
	var b bytes.Buffer
	z, _ := zlib.NewWriterLevel(&b, zlib.BestSpeed)
	for range 400 {
		_, _ = z.Write(bytes.Repeat([]byte(" "), 1<<20))
	}
	_ = z.Close()
	return paper("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/Contents 4 0 R "+a4+">>", stream("/Filter/FlateDecode", b.String()))
}

// within lets the child have so much of a processor, for one test.
func within(t *testing.T, most time.Duration) {
	t.Helper()
	usual := budget
	budget = most
	t.Cleanup(func() { budget = usual })
}

// drawing is a child at work on a PDF.
func drawing(t *testing.T, ctx context.Context, pdf []byte) *exec.Cmd {
	t.Helper()
	cmd, err := command(ctx, cache, 1280)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdin = bytes.NewReader(pdf)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd
}

// What a page asks for it gets of PDFium's own memory, and the child is no larger than
// that, the page and the picture.
func TestAPageHasLittleMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("asks /proc")
	}
	within(t, 10*time.Second)
	pdf := vast()
	cmd := drawing(t, context.Background(), pdf)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var most int64 // KiB; what the kernel says at the end counts this process too
	for {
		if raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid)); err == nil {
			_, rest, _ := strings.Cut(string(raw), "VmHWM:")
			var now int64
			if _, err := fmt.Sscan(rest, &now); err == nil {
				most = max(most, now)
			}
		}
		select {
		case err := <-ended:
			t.Logf("%v, %d MiB", err, most>>10)
			if limit := int64(memory*64 + 256<<10); most == 0 || most > limit {
				t.Errorf("%d KiB, it may have %d", most, limit)
			}
			if code := cmd.ProcessState.ExitCode(); code != undrawable {
				t.Errorf("it ends with %d, and would be tried again", code)
			}
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestAPageHasLittleTime(t *testing.T) {
	within(t, time.Second)
	cmd := drawing(t, context.Background(), endless())
	_ = cmd.Wait()
	how, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !how.Signaled() || how.Signal() != syscall.SIGKILL || !overspent(cmd.ProcessState) {
		t.Errorf("it ends with %v", cmd.ProcessState)
	}
}

// Who no longer waits is not drawn for.
func TestWhoHangsUpEndsTheChild(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cmd := drawing(t, ctx, endless())
	cancel()
	_ = cmd.Wait()
	if how, _ := cmd.ProcessState.Sys().(syscall.WaitStatus); !how.Signaled() || overspent(cmd.ProcessState) {
		t.Errorf("it drew on: %v", cmd.ProcessState)
	}
	if _, err := Draw(ctx, cache, 1280, bytes.NewReader(sheet("", a4, corner))); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// PDFium sees no folder, not even one that its process could read.
func TestPDFiumSeesNoFile(t *testing.T) {
	at := filepath.Join(t.TempDir(), "page.pdf")
	if err := os.WriteFile(at, sheet("", a4, corner), 0o600); err != nil {
		t.Fatal(err)
	}
	pool, err := begin(cache)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	reader, err := pool.GetInstance(time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{at, "." + at, "/proc/self/environ", "/etc/passwd"} {
		doc, err := reader.OpenDocument(&requests.OpenDocument{FilePath: &path})
		if err == nil {
			t.Errorf("it opens %s: %v", path, doc)
		} else if !strings.Contains(err.Error(), "file") {
			t.Errorf("%s: %v", path, err) // read, and found to be no PDF
		}
	}
}

// The child is told nothing but its task: no secret of the house in its environment,
// no file and no socket handed down, and it opens none.
func TestTheChildHoldsNothing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("asks /proc")
	}
	t.Setenv("HOLDFAST_SECRET", "nobody else's")
	cmd := drawing(t, context.Background(), endless())
	proc := fmt.Sprintf("/proc/%d", cmd.Process.Pid)
	// Once it has unpacked what was compiled it is at the page: watched until then and on.
	for begun := time.Now(); time.Since(begun) < 3*time.Second; time.Sleep(50 * time.Millisecond) {
		raw, err := os.ReadFile(proc + "/environ")
		if err != nil {
			t.Fatal(err)
		}
		if told := strings.Trim(string(raw), "\x00"); told != "" && told != asked+"=1" {
			t.Fatalf("it is told %q", told)
		}
		held, err := os.ReadDir(proc + "/fd")
		if err != nil {
			t.Fatal(err)
		}
		for _, fd := range held {
			to, err := os.Readlink(proc + "/fd/" + fd.Name())
			if err != nil {
				continue // closed since
			}
			own := slices.ContainsFunc([]string{"pipe:", "anon_inode:", "/dev/null", "/sys/", proc + "/", cache}, func(p string) bool { return strings.HasPrefix(to, p) })
			if !own {
				t.Fatalf("it holds %s", to)
			}
		}
	}
	if err := cmd.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("it was watched after its end: %v", err)
	}
}
