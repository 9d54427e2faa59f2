package firstpage

import (
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// asked names the environment that makes this program draw one page and end.
const asked = "HOLDFAST_DRAW_FIRST_PAGE"

// Bounds on one page.
const (
	largest    = 64 << 20 // bytes of PDF
	memory     = 4096     // pages of 64 KiB that PDFium may have
	undrawable = 3        // the exit code that says that it is the PDF's fault
)

// budget is the processor that a page may take: a page of a long report takes 0.2 s. A
// test has less patience.
var budget = 15 * time.Second

func init() {
	if os.Getenv(asked) == "" {
		return
	}
	err := child(os.Stdin, os.Stdout)
	switch {
	case err == nil:
		os.Exit(0)
	case errors.Is(err, ErrUndrawable):
		fmt.Fprintln(os.Stderr, err)
		os.Exit(undrawable)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// child reads a PDF and writes a JPEG. Its arguments are the cache, the side and the
// seconds of its budget.
func child(in io.Reader, out io.Writer) error {
	if len(os.Args) != 4 {
		return errors.New("a cache, a side and a budget are wanted")
	}
	side, err := strconv.Atoi(os.Args[2])
	if err != nil {
		return err
	}
	seconds, err := strconv.Atoi(os.Args[3])
	if err != nil {
		return err
	}
	_ = syscall.Setpriority(syscall.PRIO_PGRP, 0, 10) // nobody waits for it who could not wait
	debug.SetMemoryLimit(memory<<16 + 128<<20)        // PDFium's place alone would have the collector wait for as much again
	pool, err := begin(os.Args[1])
	if err != nil {
		return fmt.Errorf("starting PDFium: %w", err)
	}
	pdf, err := io.ReadAll(io.LimitReader(in, largest+1))
	if err != nil {
		return err
	}
	if len(pdf) > largest {
		return fmt.Errorf("%w: it has more than %d bytes", ErrUndrawable, largest)
	}
	if err := spend(time.Duration(seconds) * time.Second); err != nil {
		return err
	}
	reader, err := pool.GetInstance(time.Minute)
	if err != nil {
		return fmt.Errorf("starting PDFium: %w", err)
	}
	doc, err := reader.OpenDocument(&requests.OpenDocument{File: &pdf})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUndrawable, err)
	}
	page, err := reader.RenderPageInPixels(&requests.RenderPageInPixels{
		Page:  requests.Page{ByIndex: &requests.PageByIndex{Document: doc.Document}},
		Width: side, Height: side, RenderFlags: enums.FPDF_RENDER_FLAG_ANNOT,
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUndrawable, err)
	}
	if w, h := page.Result.Width, page.Result.Height; w < 1 || h < 1 || w > side || h > side {
		return fmt.Errorf("%w: %d by %d pixels", ErrUndrawable, w, h)
	}
	return jpeg.Encode(out, page.Result.RenderedImage, &jpeg.Options{Quality: 82})
}

// begin loads PDFium into a machine of its own, with no folder and little memory.
// What is compiled for that is kept in the folder cache.
func begin(cache string) (pdfium.Pool, error) {
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return nil, err
	}
	compiled, err := wazero.NewCompilationCacheWithDir(cache)
	if err != nil {
		return nil, err
	}
	return webassembly.Init(webassembly.Config{
		Context:  experimental.WithMemoryAllocator(context.Background(), experimental.MemoryAllocatorFunc(reserve)),
		MaxTotal: 1, Stdout: io.Discard, Stderr: io.Discard,
		FSConfig: wazero.NewFSConfig(), // no folder at all; unsaid, it would be every one
		RuntimeConfig: wazero.NewRuntimeConfig().WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
			WithMemoryLimitPages(memory).WithCompilationCache(compiled),
	})
}

// reserve gives PDFium's memory its place once, of which only what is used is there.
// wazero's own grows by copying: a page that used all of it took 850 MiB.
func reserve(_, _ uint64) experimental.LinearMemory { return place(make([]byte, memory<<16)) }

// place is memory that does not move.
type place []byte

func (p place) Reallocate(size uint64) []byte {
	if size > uint64(len(p)) {
		return nil // there is no more
	}
	return p[:size:size]
}

func (place) Free() {}

// spend lets this process have so much more of a processor, and no more.
func spend(more time.Duration) error {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return err
	}
	most := uint64((time.Duration(used.Utime.Nano()+used.Stime.Nano()) + more + time.Second) / time.Second)
	return syscall.Setrlimit(syscall.RLIMIT_CPU, &syscall.Rlimit{Cur: most, Max: most})
}
