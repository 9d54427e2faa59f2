package inspection

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	pixels "image"
	"image/color"
	"image/jpeg"
	_ "image/png" // what may be drawn
	"io"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // what may be drawn

	"holdfast/server/upload/inspection/firstpage"
)

// errUndrawable says that an image is broken or larger than is safe to unpack.
var errUndrawable = errors.New("the image cannot be drawn")

// Undrawable reports whether it was the file's fault that there is no picture of it.
func Undrawable(err error) bool {
	return errors.Is(err, errUndrawable) || errors.Is(err, firstpage.ErrUndrawable)
}

// Picture is a small JPEG of an image, or of a PDF's first page, for which folder is where
// its child works.
func Picture(ctx context.Context, folder, mime string, file io.ReadSeeker) ([]byte, error) {
	if mime == "application/pdf" {
		return firstpage.Draw(ctx, folder, PictureSide, file)
	}
	return render(file)
}

// render makes a small JPEG of an image's pixels, right way up. What it would take
// to unpack the image is measured before it is unpacked.
func render(r io.ReadSeeker) ([]byte, error) {
	c, kind, err := pixels.DecodeConfig(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUndrawable, err)
	}
	if c.Width <= 0 || c.Height <= 0 || int64(c.Width)*int64(c.Height) > maxPixels {
		return nil, fmt.Errorf("%w: %d by %d pixels", errUndrawable, c.Width, c.Height)
	}
	turn, err := Orientation(r, kind)
	if err != nil {
		return nil, err
	}
	if kind == "jpeg" {
		if n, err := scans(r); err != nil || n > maxScans {
			return nil, errors.Join(err, fmt.Errorf("%w: %d passes", errUndrawable, n))
		}
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	full, _, err := pixels.Decode(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUndrawable, err)
	}
	w, h := within(c.Width, c.Height, PictureSide)
	small := pixels.NewRGBA(pixels.Rect(0, 0, w, h))
	draw.Draw(small, small.Bounds(), pixels.NewUniform(color.White), pixels.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(small, small.Bounds(), full, full.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, turned(small, turn), &jpeg.Options{Quality: 82}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// within is a size scaled down so that no side is longer than the limit.
func within(w, h, side int) (int, int) {
	if w <= side && h <= side {
		return w, h
	}
	if w >= h {
		return side, max(1, h*side/w)
	}
	return max(1, w*side/h), side
}

// turned is a picture brought upright from one of EXIF's eight orientations.
func turned(p *pixels.RGBA, orientation int) *pixels.RGBA {
	w, h := p.Bounds().Dx(), p.Bounds().Dy()
	if orientation <= 1 || orientation > 8 {
		return p
	}
	out := pixels.NewRGBA(pixels.Rect(0, 0, w, h))
	if orientation >= 5 {
		out = pixels.NewRGBA(pixels.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			tx, ty := x, y
			switch orientation {
			case 2:
				tx = w - 1 - x
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				ty = h - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			out.SetRGBA(tx, ty, p.RGBAAt(x, y))
		}
	}
	return out
}

// scans counts the passes that a JPEG asks a decoder to make over the image.
func scans(r io.ReadSeeker) (n int, err error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	buf := make([]byte, 64<<10)
	var last byte
	for {
		got, err := r.Read(buf)
		for _, c := range buf[:got] {
			if last == 0xff && c == 0xda {
				n++
			}
			last = c
		}
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}
