package tour

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"

	"holdfast/server/demo"
)

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// refused is a problem as a page lists it.
var refused = regexp.MustCompile(`(?s)There is a problem</h2>.*?<a [^>]*>(.*?)</a>`)

// refusal is the sentence with which a page refused a form.
func refusal(page string) string {
	if found := refused.FindStringSubmatch(page); found != nil {
		return html.UnescapeString(strings.TrimSpace(found[1]))
	}
	return ""
}

// browser signs a person in to the pages as a browser does.
func (w *walk) browser(who demo.Person) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	browser := &http.Client{Jar: jar, Timeout: 30 * time.Second}
	page, err := w.open(browser, "/coordinate/sign-in", nil)
	if err != nil {
		return nil, err
	}
	form := hidden(page)
	form.Set("email", who.Email())
	form.Set("password", w.password)
	_, err = w.open(browser, "/coordinate/sign-in", form)
	return browser, err
}

// coordinatorSees looks for a name among the registrations, as the coordinator.
func (w *walk) coordinatorSees(name string) error {
	browser, err := w.browser(demo.Coordinator)
	if err != nil {
		return err
	}
	page, err := w.open(browser, "/coordinate/registrations", nil)
	if err != nil {
		return err
	}
	if !strings.Contains(page, name) {
		return fmt.Errorf("the coordinator's page of registrations does not show %s", name)
	}
	w.say("%s signed in to %s/coordinate and sees %s in the queue", demo.Coordinator.Name, w.at, name)
	return nil
}

func (w *walk) open(browser *http.Client, path string, form url.Values) (string, error) {
	method, body := "GET", io.Reader(nil)
	if form != nil {
		method, body = "POST", strings.NewReader(form.Encode())
	}
	req, err := http.NewRequest(method, w.at+path, body)
	if err != nil {
		return "", err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", w.at)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	res, err := browser.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= 400 {
		err = fmt.Errorf("%s %s answered %d", method, path, res.StatusCode)
	}
	return string(raw), err
}
