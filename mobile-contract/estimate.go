package contract

// EstimateRequest asks what a pull with the same members would deliver.
type EstimateRequest struct {
	Position    *string  `json:"position" validate:"omitempty,max=8192"`                               // null: a first sync
	Collections []string `json:"collections,omitempty" validate:"omitempty,min=1,max=128,dive,max=64"` // these alone; absent, all
	Window      int      `json:"window,omitempty" validate:"gte=0,lte=1200"`                           // months
	History     string   `json:"history,omitempty" validate:"max=4096"`                                // as it came with the last answer
}

// EstimateAnswer is about how much a pull from there would deliver. Records are counted;
// bytes are uncompressed, by the size of a few of the user's own records of each kind.
type EstimateAnswer struct {
	Total       Amount            `json:"total"`
	Recent      Amount            `json:"recent,omitempty,omitzero"` // of it, what a window brings first
	Collections map[string]Amount `json:"collections"`
	Scopes      map[string]Amount `json:"scopes"` // by kind: all, agency, case, case_agency, user
	History     string            `json:"history"`
	ServerTime  string            `json:"server_time"`
}

// Amount is a number of records and their bytes.
type Amount struct {
	Records int64 `json:"records"`
	Bytes   int64 `json:"bytes"`
}
