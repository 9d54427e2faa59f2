package letterpage

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"testing"

	"holdfast/hooks/lettertext"
)

func onScreen(t testing.TB, doc *lettertext.Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, doc); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var tag = regexp.MustCompile(`<[^>]*>`)

// The page and the PDF say the same, in the same order.
func TestThePageSaysAllOfItInReadingOrder(t *testing.T) {
	for name, doc := range everyLetter(t) {
		_, body, _ := strings.Cut(onScreen(t, doc), "<body>")
		got := squeeze(html.UnescapeString(tag.ReplaceAllString(body, " ")))
		if want := said(doc); got != want {
			t.Errorf("%s: the page says\n%s\nthe letter says\n%s", name, got, want)
		}
	}
}

// Under default-src 'none'; style-src 'self' nothing of a page may be refused,
// and no value may add an element.
func TestThePageHoldsOnlyItsOwnElements(t *testing.T) {
	allowed := regexp.MustCompile(`^</?(!doctype html|html( lang="(en|cy)")?|head|meta [a-z]+="[^"<>]*"( content="[^"<>]*")?|title|link rel="stylesheet" href="/letter\.css"|` +
		`body|main( class="letter (standard|large)")?|p( class="(sender|return|recipient|frame|closing|signatory|pictured)")?|` +
		`svg class="picture" viewBox="0 0 100 100" role="img" aria-label="[A-Z][A-Za-z :]+"|svg|path class="(line|pale|white|strong)" d="[MLCZ0-9. -]+"/|(span|strong)( class="line")?|` +
		`time( datetime="\d{4}-\d\d-\d\d")?|h1|h2|ul|li|div( class="copies")?)>$`)
	for name, doc := range everyLetter(t) {
		page := onScreen(t, doc)
		for _, found := range tag.FindAllString(page, -1) {
			if !allowed.MatchString(found) {
				t.Errorf("%s: %s is in the page", name, found)
			}
		}
		if n := strings.Count(page, "<h1>"); n != 1 {
			t.Errorf("%s: %d main headings", name, n)
		}
	}
	if allowed.MatchString(`<p style="x">`) || allowed.MatchString("<script>") || !allowed.MatchString("<p>") {
		t.Error("the pattern is wrong")
	}
}

func TestBulletsThatFollowOneAnotherAreOneList(t *testing.T) {
	page := onScreen(t, merged(t, "L_closure_met.en.standard", nil))
	if lists, items := strings.Count(page, "<ul>"), strings.Count(page, "<li>"); lists != 5 || items != 13 {
		t.Errorf("%d lists of %d items, want 5 of 13: three of the letter, how to reach us, the copies", lists, items)
	}
}

func TestThePageIsInTheLettersLanguageAndPrint(t *testing.T) {
	if page := onScreen(t, merged(t, "L0_invite.cy.standard", nil)); !strings.Contains(page, `<html lang="cy">`) || !strings.Contains(page, "Ein cyfeirnod") {
		t.Error("the Welsh page does not say that it is Welsh")
	}
	if page := onScreen(t, merged(t, "L0_invite.en.easy_read", nil)); !strings.Contains(page, `<main class="letter large">`) {
		t.Error("the easy-read page is not in large print")
	}
}

func TestTheTitleNamesNobody(t *testing.T) {
	page := onScreen(t, merged(t, "L1_missed.en.standard", nil))
	_, rest, _ := strings.Cut(page, "<title>")
	if title, _, _ := strings.Cut(rest, "</title>"); title != "Anytown Family Support" {
		t.Errorf("the title is %q", title)
	}
}

func TestTheStyleSheetAsksForNothing(t *testing.T) {
	if len(Stylesheet) < 500 || strings.Contains(Stylesheet, "url(") || strings.Contains(Stylesheet, "@import") {
		t.Error("the style sheet is empty or fetches something")
	}
	for _, class := range []string{"letter", "large", "sender", "recipient", "line", "frame", "closing", "signatory", "copies", "return", "picture", "pictured"} {
		if !strings.Contains(Stylesheet, "."+class) {
			t.Errorf("the style sheet knows no .%s", class)
		}
	}
}
