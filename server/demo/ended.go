package demo

// A family whose end was tried too early, and is still open.
var held = []story{{
	family: family{
		Number: 46, Name: "Yardley", Lead: Practitioner, Members: []Person{School, Bronagh},
		Summary:  "Ending was approved too early and did not count: the health visitors had not answered.",
		Children: []child{{"Ned Yardley", "2021-03-23"}},
		Adults:   []adult{{"Fran Yardley", "50 Tannery Lane", "Fellmoor", "FM1 8TN", "07700 900 153", "English"}},
	},
	tell: func(t *telling) {
		t.comesBack()
		t.on(2, 9).proposes("needs_met", "assessment", "Ned is at nursery every day and Fran comes to the group by herself.")
		t.on(2, 14).consults(School, "No objection. We would see it if it slipped.")
		t.on(1, 10).isRefused(Manager, "closure.approved", map[string]any{"checklist": t.checklist()})
	},
}}

// Families with whom it ended, in each of the ways it can.
var ended = []story{
	{
		family: family{
			Number: 31, Name: "Bellamy", Lead: Practitioner, Members: []Person{School},
			Summary:  "Ended: what the children need is there, and the family says so too.",
			Children: []child{{"Maud Bellamy", "2016-05-19"}, {"Rufus Bellamy", "2019-02-24"}},
			Adults:   []adult{{"Connie Bellamy", "44 Harbour Parade", "Harbour", "FM2 1HP", "07700 900 131", "English"}},
		},
		tell: func(t *telling) {
			t.comesBack()
			t.on(12, 9).proposes("needs_met", "assessment", "Both children on time for a whole term; the house is warm; Connie has her sister close by again.")
			t.on(9, 11).consults(School, "No objection.")
			t.on(7, 10).ends()
			l := t.on(6, 10).drafts("L_closure_met", map[string]any{"merge": map[string]any{
				"closing.done":   []string{"Mornings that work, with a text the evening before", "A key for your sister", "The boiler mended"},
				"closing.told":   []string{"Harbour School"},
				"closing.reopen": []string{"You ask us", "The school is worried about one of the children"},
			}})
			t.approves(Manager, l)
			t.goes(l, "posted", map[string]any{"postage": "first"})
		},
	},
	{
		family: family{
			Number: 32, Name: "Garside", Lead: Colleague, Members: []Person{School},
			Summary:  "Ended: the school carries on by itself, with a plan of its own.",
			Children: []child{{"Theo Garside", "2014-11-11"}},
			Adults:   []adult{{"Wendy Garside", "19 Ropewalk", "Harbour", "FM2 6RW", "07700 900 132", "English"}},
		},
		tell: func(t *telling) {
			t.comesBack()
			t.on(12, 9).proposes("single_agency", "meeting", "What is left is homework and lateness. The school has that in hand and the family likes it so.")
			t.on(10, 11).consults(School, "We carry on with a fortnightly talk, and come back to you if it slips.")
			t.on(8, 10).ends()
		},
	},
	{
		family: family{
			Number: 33, Name: "Ruskin-Hay", Lead: Practitioner, Members: []Person{School, Imre},
			Summary:  "Ended: children's social care leads now, and has said so by name.",
			Children: []child{{"Bo Ruskin-Hay", "2022-02-22"}},
			Adults:   []adult{{"Sal Ruskin-Hay", "Flat 7, Heron Court", "Northgate", "FM3 2HC", "07700 900 133", "English"}},
		},
		tell: func(t *telling) {
			t.on(30, 9).opens("early-help-engagement", "missed_contact")
			t.tries("visit_announced", "not_home", "")
			t.on(28, 10).asks("Sal drinks, and says so. No help with it so far.")
			t.on(24, 16).sees(Practitioner)
			r := t.on(22, 10).refers("Bo was found on the landing of the flats at night. Sal was asleep and could not be woken at first. We told her that we would have to say so.")
			t.on(21, 9).answers(r, "acknowledged", "")
			t.on(20, 15).answers(r, "section_47", "Enquiry begun; Imre Vale is the social worker.")
			t.on(12, 9).proposes("statutory", "handover", "Social care leads. Our chronology has gone to Imre, and Sal knows who comes now.")
			t.on(11, 10).consults(School, "Agreed; we are in the core group.")
			t.on(10, 10).consults(Imre, "We have it from here.")
			t.on(9, 10).ends()
		},
	},
	{
		family: family{
			Number: 34, Name: "Thornley", Lead: Colleague, Members: []Person{School, Imre},
			Summary:  "Ended: the family has said no, and social care decided by name that nobody must insist.",
			Children: []child{{"Greta Thornley", "2013-06-06"}},
			Adults:   []adult{{"Dean Thornley", "1 Beacon Rise", "Tarn Valley", "FM5 3BR", "07700 900 134", "English"}},
		},
		tell: func(t *telling) {
			t.on(30, 9).opens("early-help-engagement", "consent_refused")
			t.agrees("early_help", "refused", "A family worker at home.", "They have their own help through the church, and want that to be enough.")
			t.on(29, 11).happens(Colleague, "consent.asked", map[string]any{"why": "They have help through the church, and a sister nearby.", "offered": "A number to ring, and a visit whenever they like."})
			t.on(28, 10).asks("Asked about each of them. They answered, and it holds up.")
			t.on(20, 15).sees(School)
			t.on(16, 11).happens(Imre, "threshold.decided", map[string]any{"decision": "not_met", "decided_by": Imre.Name})
			t.on(14, 9).proposes("declined", "family_choice", "Greta is well, at school every day and seen by people who would say. They know where we are.")
			t.on(12, 10).consults(School, "No objection; we see her daily.")
			t.on(11, 10).consults(Imre, "No objection.")
			t.on(10, 10).ends()
		},
	},
	{
		family: family{
			Number: 35, Name: "Penhallow", Lead: Practitioner, Members: []Person{School},
			Summary:  "Ended: moved to another area, which knows, and has somebody who calls on Monday.",
			Children: []child{{"Loveday Penhallow", "2017-09-13"}},
			Adults:   []adult{{"Jago Penhallow", "4 Weir Bank", "Tarn Valley", "FM5 9WB", "07700 900 135", "English"}},
		},
		tell: func(t *telling) {
			t.comesBack()
			t.on(13, 10).happens(Practitioner, "family.moved", map[string]any{"to": "Saltmere. Their early help has our file; Ruth Ander calls on Monday."})
			t.on(13, 15).happens(Practitioner, "new_address.checked", map[string]any{"result": "confirmed", "how": "Jago sent the tenancy; the landlord says so too."})
			t.on(13, 16).happens(Practitioner, "new_area.told", map[string]any{"service": "front_door", "told": "The front door at Saltmere."})
			t.on(13, 17).happens(Practitioner, "new_area.told", map[string]any{"service": "health_visiting", "told": "The duty line; Loveday is over five, so the school nurse has it."})
			t.on(12, 8).happens(Practitioner, "new_area.accepted", map[string]any{"accepted_by": "Ruth Ander", "service": "Early help, Saltmere"})
			t.on(12, 9).proposes("moved", "handover", "They live in Saltmere now and have their own worker there, whom they have met.")
			t.on(10, 11).consults(School, "The new school has had everything from us.")
			t.on(8, 10).ends()
		},
	},
	{
		family: family{
			Number: 36, Name: "Varga", Lead: Colleague, Members: []Person{School},
			Summary:  "Ended: the children live with their grandmother now, who has a worker of her own.",
			Children: []child{{"Ilka Varga", "2018-03-08"}},
			Adults:   []adult{{"Zoltán Varga", "10 Chapel Street", "Fellmoor", "FM1 9CS", "07700 900 136", "English"}},
		},
		tell: func(t *telling) {
			t.comesBack()
			t.on(12, 9).proposes("other", "family_choice", "Ilka lives with her grandmother by the family's own choice; the kinship team works with them there.")
			t.on(10, 11).consults(School, "No objection.")
			t.on(8, 10).ends()
		},
	},
	{
		family: family{
			Number: 37, Name: "Ingleby", Lead: Practitioner, Members: []Person{School},
			Summary:  "Opened in error: another family of the same name.",
			Children: []child{{"Dot Ingleby", "2020-10-20"}},
			Adults:   []adult{{"Ruth Ingleby", "23 Station Cottages", "Northgate", "FM3 5SC", "07700 900 137", "English"}},
		},
		tell: func(t *telling) {
			t.on(9, 10).opens("early-help-engagement", "missed_contact")
			t.on(8, 11).happens(Manager, "pathway.cancelled", map[string]any{"reason": "The clinic meant the Inglebys of Mill Lane. This family has missed nothing, and we have rung to say sorry."})
		},
	},
}

// comesBack is a family that did not answer, and then agreed a plan and kept to it.
func (t *telling) comesBack() {
	t.on(40, 9).opens("early-help-engagement", "missed_contact")
	t.tries("visit_announced", "not_home", "Nobody in at the time we had said.")
	t.on(39, 10).asks("Asked about each of them with the school; the bus was the worst of it.")
	t.on(37, 15).happens(t.family.Lead, "approach.made", map[string]any{"with": "trusted_professional", "how": "With the class teacher, after school.", "result": "A first talk, ten minutes, friendly."})
	t.on(33, 15).sees(t.family.Lead)
	t.agrees("plan", "given", "What the family wants to change first, in their own words, and who helps with what.", "")
	t.on(13, 15).sees(t.family.Lead)
	t.happens(t.family.Lead, "engagement.reviewed", map[string]any{"finding": "Every visit kept but one, and that one was ours."})
}
