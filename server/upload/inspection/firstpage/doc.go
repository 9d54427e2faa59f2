// Package firstpage draws the first page of a PDF that somebody hostile may have made.
//
// PDFium reads it: what browsers read PDFs with, built to WebAssembly without a script
// engine, and run in a sandbox that sees no file, no network and no more than 256 MiB.
//
// Why in a process of its own: compiling PDFium takes seven seconds of a processor and
// 340 MB, which are gone when the page is drawn, and a page that never ends is ended
// with its process. What was compiled is kept in a folder: later pages take 0.4 s and
// 60 MB.
//
// Why that process is this program once more: there is no second one to install, and
// none that could be another version. A variable in its environment, looked at before
// main, says what it is for; so tests have it too.
package firstpage
