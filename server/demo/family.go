package demo

// family is one demo case: who they are, who works with them, what happened.
type family struct {
	Number     int
	Name       string
	Lead       Person
	Members    []Person
	Status     string
	Restricted bool
	Summary    string
	Children   []child
	Adults     []adult
	Attempts   []attempt
	Notes      []note
	Evidence   []evidence
	Pathways   []started
}

// started is an engagement pathway that was opened some days ago.
type started struct {
	DaysAgo      int
	Key, Trigger string
}

type child struct{ Name, Born string }

type adult struct {
	Name, Line1, Town, Postcode, Phone, Language string
}

// attempt and note say how many days before the demo's day they happened.
type attempt struct {
	DaysAgo, Hour         int
	Method, Outcome, Note string
}

type note struct {
	DaysAgo               int
	By                    Person
	Source, Speaker, Body string
	Verbatim, Shared      bool
}

type evidence struct {
	Title, Kind, Content string
}

var families = []family{
	{1, "Marlowe", Practitioner, []Person{School}, "open", false,
		"Two children often late or absent. Visits agreed and then missed.",
		[]child{{"Ivy Marlowe", "2017-04-09"}, {"Jonah Marlowe", "2021-11-02"}},
		[]adult{{"Tess Marlowe", "14 Quarry Row", "Fellmoor", "FM1 4QR", "07700 900 101", "English"}},
		[]attempt{{9, 10, "phone", "message_left", "Left a message asking Tess to ring back."}},
		[]note{
			{12, School, "said_by_child", "Ivy", "I made the toast because everyone was asleep.", true, true},
			{8, Practitioner, "seen_by_worker", "", "Curtains closed at midday, bins full by the gate.", false, true},
			{6, School, "document", "", "Attendance this half term: Ivy 71 per cent. Internal note for our pastoral meeting.", false, false},
		},
		[]evidence{{"Attendance printout", "document", "Attendance, autumn: Ivy 71 per cent, 9 lates.\n"}}, nil},
	{2, "Okafor-Reid", Practitioner, nil, "open", false,
		"Mother works nights. Asked for help with bedtime and then stopped answering.",
		[]child{{"Bea Okafor-Reid", "2019-08-21"}},
		[]adult{{"Grace Okafor-Reid", "Flat 3, Tern House", "Harbour", "FM2 8TH", "07700 900 102", "English"}},
		[]attempt{{20, 9, "visit_announced", "not_home", "No answer at the agreed time."}, {15, 17, "phone", "reached", "New shift pattern; evenings are better."}},
		[]note{{15, Practitioner, "said_by_parent", "Grace", "I am on nights till March, mornings I am asleep.", true, true}}, nil,
		[]started{{18, "early-help-engagement", "missed_contact"}}},
	{3, "Pilling", Practitioner, []Person{School}, "open", false,
		"Missed health appointments for the youngest. Cancelled twice by the clinic itself.",
		[]child{{"Rowan Pilling", "2023-02-14"}, {"Alder Pilling", "2016-06-30"}},
		[]adult{{"Dan Pilling", "2 Mill Lane", "Tarn Valley", "FM5 2ML", "07700 900 103", "English"}},
		[]attempt{{30, 11, "appointment", "cancelled_by_service", "Clinic closed that day."}, {10, 11, "appointment", "not_brought", "Weight check not attended."}},
		nil, nil, []started{{9, "was-not-brought", "not_brought"}}},
	{4, "Szymańska", Colleague, nil, "open", false,
		"Letters went unread until an interpreter was found.",
		[]child{{"Ola Szymańska", "2018-01-05"}},
		[]adult{{"Łucja Szymańska", "8 Chapel Street", "Fellmoor", "FM1 9CS", "07700 900 104", "Polish"}},
		[]attempt{{25, 10, "letter", "no_answer", ""}, {12, 15, "joint_visit", "reached", "Went with the school's interpreter."}},
		[]note{{12, Colleague, "seen_by_worker", "", "Warm, tidy kitchen; Ola showed her drawings.", false, true}}, nil, nil},
	{5, "Hughes", Practitioner, nil, "open", false,
		"Grandmother asks for help; father says there is nothing to discuss.",
		[]child{{"Siân Hughes", "2015-03-01"}, {"Gwil Hughes", "2020-12-12"}},
		[]adult{{"Rhŷs Hughes", "1 Tŷ Gwyn", "Tarn Valley", "FM5 7TG", "07700 900 105", "Welsh"}},
		[]attempt{{14, 13, "visit_unannounced", "refused_entry", "Spoke at the door, polite, did not let us in."}}, nil, nil,
		[]started{{14, "no-access-to-child", "no_access"}}},
	{6, "Adeyemi", Colleague, []Person{School}, "open", false,
		"Plan agreed in spring; contact has thinned since summer.",
		[]child{{"Tobi Adeyemi", "2014-09-17"}},
		[]adult{{"Funmi Adeyemi", "33 Harbour Parade", "Harbour", "FM2 1HP", "07700 900 106", "English"}},
		[]attempt{{40, 10, "phone", "reached", ""}, {18, 16, "phone", "no_answer", ""}}, nil, nil, nil},
	{7, "Carrow", Colleague, nil, "open", true,
		"Restricted: a relative works for a partner agency.",
		[]child{{"Wren Carrow", "2016-10-10"}},
		[]adult{{"Neve Carrow", "Care of the office", "Fellmoor", "FM1 1AA", "07700 900 107", "English"}},
		[]attempt{{5, 12, "visit_announced", "child_seen", "Wren seen alone, settled."}},
		[]note{{5, Colleague, "said_by_child", "Wren", "I like it when you come on Fridays.", true, true}}, nil, nil},
	{8, "Vance", Practitioner, nil, "open", false,
		"New to the area; previous address reported no concerns.",
		[]child{{"Micah Vance", "2022-07-07"}},
		[]adult{{"Lou Vance", "5 Station Cottages", "Northgate", "FM3 5SC", "07700 900 108", "English"}},
		nil, nil, nil, nil},
	{9, "Brandreth", Colleague, nil, "open", false,
		"Working well with the plan after a slow start.",
		[]child{{"Elsie Brandreth", "2013-05-23"}},
		[]adult{{"Joan Brandreth", "70 Long Row", "Fellmoor", "FM1 7LR", "07700 900 109", "English"}},
		[]attempt{{7, 15, "visit_announced", "child_seen", ""}}, nil, nil, nil},
	{10, "Quill", Colleague, []Person{School}, "open", false,
		"Phone number on the referral was one digit wrong for six weeks.",
		[]child{{"Perrin Quill", "2019-02-28"}},
		[]adult{{"Ana Quill", "9 Weir Bank", "Tarn Valley", "FM5 9WB", "07700 900 110", "English"}},
		[]attempt{{45, 10, "phone", "wrong_contact", "Number not in use."}, {16, 10, "phone", "reached", ""}}, nil, nil, nil},
	{11, "Thackeray", Practitioner, nil, "closed", false,
		"Closed: needs met; school keeps a watching brief.",
		[]child{{"Ned Thackeray", "2012-12-01"}},
		[]adult{{"Pam Thackeray", "21 Market Hill", "Fellmoor", "FM1 2MH", "07700 900 111", "English"}},
		nil, nil, nil, nil},
	{12, "Yilmaz", Colleague, nil, "closed", false,
		"Closed: moved to another area; records handed over.",
		[]child{{"Defne Yilmaz", "2018-11-11"}},
		[]adult{{"Ece Yilmaz", "4 Ferry Steps", "Harbour", "FM2 4FS", "07700 900 112", "Turkish"}},
		nil, nil, nil, nil},
}

// CaseID is the id of FM-000n.
func CaseID(n int) string { return ID("case", n) }
