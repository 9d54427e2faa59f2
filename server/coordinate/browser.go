package coordinate

import "strings"

// browsers and systems by what they call themselves, the more particular first: Edge
// says that it is Chrome, and Chrome that it is Safari.
var (
	browserNames = [][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"FxiOS/", "Firefox"}, {"Firefox/", "Firefox"},
		{"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
	systemNames = [][2]string{{"iPhone", "an iPhone"}, {"iPad", "an iPad"}, {"Android", "Android"}, {"CrOS", "a Chromebook"}, {"Windows", "Windows"},
		{"Macintosh", "a Mac"}, {"Linux", "Linux"}}
)

// browserOf says what a browser is in words that its owner knows it by. Only these words
// are kept: nothing that a browser says of itself stands on a page.
func browserOf(agent string) string {
	agent = agent[:min(len(agent), 500)]
	name := called(agent, browserNames)
	if name == "" {
		name = "A browser"
	}
	if on := called(agent, systemNames); on != "" {
		return name + " on " + on
	}
	return name
}

func called(agent string, names [][2]string) string {
	for _, n := range names {
		if strings.Contains(agent, n[0]) {
			return n[1]
		}
	}
	return ""
}
