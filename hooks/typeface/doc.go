// Package typeface holds the type that letters are set in: which shapes a text has, how
// wide they are and in what order they stand, and the part of a font that one letter needs.
// It is pure: no app, no clock, and the same text has the same shapes for ever.
//
// # The faces
//
// Liberation Sans, upright and bold, comes with the Go module that carries it, so it is
// always there: English, Welsh, Polish, Romanian, Vietnamese, Yoruba, Igbo, Akan, Greek,
// Cyrillic, Hebrew. Noto Naskh Arabic (Arabic, Urdu, Persian, Pashto, Kurdish), Noto Sans
// SC (Chinese, Japanese), Nanum Gothic (Korean) and Noto Sans for Thai, Devanagari (Hindi,
// Nepali, Marathi), Bengali, Gurmukhi (Punjabi), Gujarati, Tamil and Ethiopic (Amharic,
// Tigrinya) are fetched by make to fonts/built, checked against their SHA-256, and never
// committed. Where they were not fetched, Missing names what cannot be written.
//
// A face is opened when a letter first needs it. What it reads, it reads from the
// program's own read-only pages: the ten megabytes of Chinese never lie on the heap.
//
// # Shaping
//
// Most text has one shape for each character, and is looked up. Arabic letters join and
// run from right to left, those of India and Thailand change shape and place beside one
// another, and an accent that stands apart (ẹ̀) is placed by its font: those stretches are
// shaped by go-text/typesetting, a port of HarfBuzz.
package typeface
