// Package letter hands out one letter at a time, as a page to read and as paper to send.
//
// The page shows a member of the case how the letter stands: a draft with its mark, what
// stands in the way of an approval, what became of it since. The paper is for approved
// letters only, and is drawn by hooks/letterpage.
//
// Why one letter a document: pages of one family's report once went out with another's
// (domain 3.4, hard block 7), so there is no batch here to ask for.
package letter
