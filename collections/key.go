package collections

import (
	"slices"
	"strings"
)

// Key is what makes two records one and the same thing, whoever made them: who is what
// to whom, who comes to which event.
type Key struct {
	Fields []string
	Where  string // the rows among which it holds, as SQL; empty for all
}

// Keys are those in which a record that somebody makes can meet another's: of the unique
// indexes, and of what hooks hold in their place (Once). A noun that the server alone
// writes has none, nor has what the server gives, such as a case's reference.
func (n *Noun) Keys() (keys []Key) {
	if n.Rules.Create == "" || n.ByServer || n.AppendOnly {
		return nil
	}
	for _, ix := range append(slices.Clone(n.Indexes), n.Once...) {
		if !ix.Unique || ix.Given {
			continue
		}
		k := Key{Where: ix.Where}
		for column := range strings.SplitSeq(ix.On, ",") {
			k.Fields = append(k.Fields, strings.Trim(column, " `"))
		}
		keys = append(keys, k)
	}
	return keys
}
