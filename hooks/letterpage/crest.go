package letterpage

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	_ "image/png" // a crest may come as one

	xdraw "golang.org/x/image/draw"
)

// Crest is an organisation's picture as the paper carries it: a JPEG on white, no larger
// than the paper shows.
type Crest struct {
	Width, Height int
	JPEG          []byte
}

// What a crest may be. The file's own size is bounded before its picture is unpacked.
const (
	MaxCrestFile = 1 << 20 // bytes
	maxCrestSide = 4000    // points, as it comes
	crestWide    = 720     // points, as it is kept: 60 mm at 300 to the inch
	crestHigh    = 264
)

// ErrCrest is what a picture that cannot be a crest is answered with.
var ErrCrest = errors.New("Choose a PNG or JPEG picture of at most 1 MB and 4,000 by 4,000 points.")

// NewCrest takes a picture that somebody chose. What it holds besides its points (a place,
// a camera, a text) is left behind: it is drawn anew on white.
func NewCrest(raw []byte) (*Crest, error) {
	if len(raw) == 0 || len(raw) > MaxCrestFile {
		return nil, ErrCrest
	}
	about, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || about.Width < 1 || about.Height < 1 || about.Width > maxCrestSide || about.Height > maxCrestSide {
		return nil, ErrCrest
	}
	picture, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, ErrCrest
	}
	wide, high := about.Width, about.Height
	if wide > crestWide {
		wide, high = crestWide, max(1, high*crestWide/wide)
	}
	if high > crestHigh {
		wide, high = max(1, wide*crestHigh/high), crestHigh
	}
	sheet := image.NewRGBA(image.Rect(0, 0, wide, high))
	draw.Draw(sheet, sheet.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	xdraw.CatmullRom.Scale(sheet, sheet.Bounds(), picture, picture.Bounds(), xdraw.Over, nil)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, sheet, &jpeg.Options{Quality: 90}); err != nil {
		return nil, fmt.Errorf("write a crest: %w", err)
	}
	return &Crest{wide, high, b.Bytes()}, nil
}

// SHA256 names the picture by its bytes, in lower-case hexadecimal.
func (c *Crest) SHA256() string {
	sum := sha256.Sum256(c.JPEG)
	return hex.EncodeToString(sum[:])
}

// OpenCrest is a crest that was kept.
func OpenCrest(kept []byte) (*Crest, error) {
	about, err := jpeg.DecodeConfig(bytes.NewReader(kept))
	if err != nil {
		return nil, fmt.Errorf("read a crest: %w", err)
	}
	return &Crest{about.Width, about.Height, kept}, nil
}

// drawn is the crest at the top left, above the window. It says nothing that the
// organisation's name beside it does not, so that a screen reader passes it over.
func (c *Crest) drawn() string {
	wide, high := crestWidth, crestWidth*c.Height/c.Width
	if high > crestHeight {
		wide, high = crestHeight*c.Width/c.Height, crestHeight
	}
	return fmt.Sprintf("/Artifact<</Type/Layout>>BDC\nq %s 0 0 %s %s %s cm/Im Do Q\nEMC\n",
		number(wide), number(high), number(left), number(pageHeight-crestTop-high))
}
