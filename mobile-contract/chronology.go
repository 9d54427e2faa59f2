package contract

// ChronologyAnswer is one page of a case's chronology.
type ChronologyAnswer struct {
	Rows []ChronologyRow `json:"rows"`
	Next string          `json:"next,omitempty"` // asked as after, for the following page
	More bool            `json:"more"`           // a page may be short, even empty, and have more behind it
}

// ChronologyRow is one thing that happened, in words the family may read.
type ChronologyRow struct {
	Kind     string   `json:"kind"` // entry, attempt, note, letter, evidence, event, meeting, referral, dispute, consent, sharing, notice, flag, seen, withdrawn (a try at contact that was recorded in error)
	ID       string   `json:"id"`   // of the record that tells it
	On       string   `json:"on"`   // the local day; the first of a period
	At       string   `json:"at,omitempty"`
	Until    string   `json:"until,omitempty"` // the last day of a period
	Words    string   `json:"words"`
	Source   string   `json:"source,omitempty"` // what it rests on
	Method   string   `json:"method,omitempty"` // how a child told it
	Impact   string   `json:"impact"`           // positive, negative or neutral
	Action   string   `json:"action,omitempty"`
	Agency   *Named   `json:"agency,omitempty"`
	Children []Named  `json:"children"` // none: the whole household
	Tags     []string `json:"tags"`
}

// Named is a record and what it is called.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// PatternsAnswer is what happened again and again, however long lies between.
type PatternsAnswer struct {
	Patterns []ChronologyPattern `json:"patterns"`
}

// ChronologyPattern is one tag, or one kind of untagged row. A gap is in days.
type ChronologyPattern struct {
	Tag        string          `json:"tag,omitempty"`
	Kind       string          `json:"kind,omitempty"`
	Count      int             `json:"count"`
	First      string          `json:"first"`
	Last       string          `json:"last"`
	LongestGap int             `json:"longest_gap"`
	Rows       []ChronologyRef `json:"rows"` // the first hundred
}

// ChronologyRef names a row of the chronology.
type ChronologyRef struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	On   string `json:"on"`
}
