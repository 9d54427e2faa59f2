package pdffile

import (
	"fmt"
	"strings"
)

// Element is a part of the document's structure: a heading, a paragraph, a list.
type Element struct {
	Kind  string // a standard structure type: H1, P, L, LI, Lbl, LBody, Figure
	Says  string // what a drawing shows, for who cannot see it
	Box   [4]int // where a drawing stands on its page, in points; a Figure has one
	kids  []*Element
	marks []marked
	ref   Ref
}

// marked is content of the element: the number of a stretch of a page's drawing.
type marked struct{ page, number int }

// Add puts an element inside of this one, after what is there.
func (e *Element) Add(kind string) *Element {
	kid := &Element{Kind: kind}
	e.kids = append(e.kids, kid)
	return kid
}

// Mark says that a stretch of a page belongs to the element.
func (e *Element) Mark(page, number int) { e.marks = append(e.marks, marked{page, number}) }

// tree writes the structure and, for each page, which element each of its stretches
// belongs to.
func (f *File) tree(root *Element, pages []Ref) Ref {
	parents := make([][]Ref, len(pages))
	top := f.Reserve()
	f.number(root)
	f.element(root, top, pages, parents)
	var numbers strings.Builder
	for i, p := range parents {
		fmt.Fprintf(&numbers, "%d %s ", i, f.Add(list(p)))
	}
	f.Put(top, fmt.Sprintf("<</Type/StructTreeRoot/K %s/ParentTree<</Nums[%s]>>/ParentTreeNextKey %d>>", root.ref, strings.TrimSpace(numbers.String()), len(pages)))
	return top
}

func (f *File) number(e *Element) {
	e.ref = f.Reserve()
	for _, kid := range e.kids {
		f.number(kid)
	}
}

func (f *File) element(e *Element, parent Ref, pages []Ref, parents [][]Ref) {
	var inside []string
	for _, m := range e.marks {
		inside = append(inside, fmt.Sprintf("<</Type/MCR/Pg %s/MCID %d>>", pages[m.page], m.number))
		for len(parents[m.page]) <= m.number {
			parents[m.page] = append(parents[m.page], e.ref)
		}
		parents[m.page][m.number] = e.ref
	}
	for _, kid := range e.kids {
		inside = append(inside, kid.ref.String())
		f.element(kid, e.ref, pages, parents)
	}
	more := ""
	if e.Kind == "Figure" {
		more = fmt.Sprintf("/Alt %s/A<</O/Layout/Placement/Block/BBox[%d %d %d %d]>>", Text(e.Says), e.Box[0], e.Box[1], e.Box[2], e.Box[3])
	}
	if e.Kind == "L" {
		more = "/A<</O/List/ListNumbering/Disc>>"
	}
	f.Put(e.ref, fmt.Sprintf("<</Type/StructElem/S/%s/P %s/K[%s]%s>>", e.Kind, parent, strings.Join(inside, " "), more))
}
