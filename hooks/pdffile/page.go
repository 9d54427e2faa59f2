package pdffile

import (
	"fmt"
	"html"
	"io"
	"time"
)

// Document is a whole file.
type Document struct {
	Title, Language, Producer string
	Day                       time.Time
	Width, Height             float64  // of each page, in points
	Pages                     []string // what is drawn on each
	Fonts                     []*Font  // drawn with as F0, F1
	Picture                   *Picture // drawn with as Im
	Root                      *Element // the document's structure
}

// Picture is a JPEG of three colours.
type Picture struct {
	Width, Height int
	JPEG          []byte
}

// Write writes the file.
func (d *Document) Write(w io.Writer) error {
	f := &File{}
	catalogue, all := f.Reserve(), f.Reserve()
	pages := make([]Ref, len(d.Pages))
	for i := range pages {
		pages[i] = f.Reserve()
	}
	fonts := ""
	for i, font := range d.Fonts {
		r := f.Reserve()
		fonts += fmt.Sprintf("/F%d %s", i, r)
		f.Font(r, font)
	}
	resources := "/Font<<" + fonts + ">>"
	if p := d.Picture; p != nil {
		r := f.Plain(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode", p.Width, p.Height), string(p.JPEG))
		resources += fmt.Sprintf("/XObject<</Im %s>>", r)
	}
	for i, content := range d.Pages {
		c := f.Reserve()
		f.Stream(c, "", []byte(content))
		f.Put(pages[i], fmt.Sprintf("<</Type/Page/Parent %s/MediaBox[0 0 %.2f %.2f]/Resources<<%s>>/Contents %s/StructParents %d/Tabs/S>>", all, d.Width, d.Height, resources, c, i))
	}
	f.Put(all, fmt.Sprintf("<</Type/Pages/Kids%s/Count %d>>", list(pages), len(pages)))
	tree := f.tree(d.Root, pages)
	language := ""
	if d.Language != "" {
		language = "/Lang" + Text(d.Language)
	}
	stamp := d.Day.UTC().Format("D:20060102150405Z")
	properties := f.Add(fmt.Sprintf("<</Title %s/Producer %s/CreationDate(%s)/ModDate(%s)>>", Text(d.Title), Text(d.Producer), stamp, stamp))
	about := f.Plain("/Type/Metadata/Subtype/XML", fmt.Sprintf(metadata, html.EscapeString(d.Title), html.EscapeString(d.Language), d.Day.UTC().Format(time.RFC3339), html.EscapeString(d.Producer)))
	f.Put(catalogue, fmt.Sprintf("<</Type/Catalog/Pages %s%s/MarkInfo<</Marked true>>/StructTreeRoot %s/ViewerPreferences<</DisplayDocTitle true>>/Metadata %s>>", all, language, tree, about))
	return f.Write(w, catalogue, properties)
}

const metadata = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:title><dc:language><rdf:Bag><rdf:li>%s</rdf:li></rdf:Bag></dc:language><xmp:CreateDate>%s</xmp:CreateDate><pdf:Producer>%s</pdf:Producer></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>`
