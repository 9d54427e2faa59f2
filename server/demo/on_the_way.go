package demo

// Families at the first states of the engagement pathway, one each.
var onTheWay = []story{
	{
		family: family{
			Number: 21, Name: "Halloran", Lead: Practitioner, Members: []Person{School},
			Summary:  "Agreed to help with mornings in the spring; answers some messages and not others.",
			Children: []child{{"Niamh Halloran", "2018-05-12"}},
			Adults:   []adult{{"Dervla Halloran", "6 Ropewalk", "Harbour", "FM2 6RW", "07700 900 121", "English"}},
		},
		tell: func(t *telling) {
			t.on(3, 15).tries("phone", "reached", "Dervla picked up on the second ring. Said this week is impossible, and that she will ring on Monday.")
			t.on(1, 10).opens("early-help-engagement", "partial_engagement")
			t.writes(School, "seen_by_worker", "", "Niamh was first in on Tuesday and missing on Wednesday; nobody rang in.")
		},
	},
	{
		family: family{
			Number: 22, Name: "Pemberton", Lead: Colleague, Members: []Person{School},
			Summary:  "Two visits agreed and nobody in. Mother cares for her own father two streets away.",
			Children: []child{{"Corin Pemberton", "2016-03-30"}, {"Bryn Pemberton", "2020-09-14"}},
			Adults:   []adult{{"Hollie Pemberton", "18 Tannery Lane", "Fellmoor", "FM1 8TN", "07700 900 122", "English"}},
		},
		tell: func(t *telling) {
			t.on(3, 10).opens("early-help-engagement", "missed_contact")
			t.tries("visit_announced", "not_home", "Knocked twice, waited ten minutes. The curtains upstairs were drawn.")
			t.on(3, 14).asks("Asked the school and our own file. English at home, reads well. Hollie is at her father's most mornings until eleven: we had been coming at ten.")
			t.happens(Colleague, "barrier.identified", map[string]any{"area": "work_pattern", "plan": "Offer after school, or meet at her father's."})
			t.happens(Colleague, "contact.checked", map[string]any{"against": "referral", "result": "confirmed"})
			t.on(1, 17).tries("phone", "no_answer", "Rang out. Left no message: the phone is shared.")
		},
	},
	{
		family: family{
			Number: 23, Name: "Nowakowska", Lead: Practitioner, Members: []Person{School},
			Summary:  "Came to every appointment until the autumn; then three were missed in a row.",
			Children: []child{{"Tymon Nowakowski", "2019-07-02"}},
			Adults:   []adult{{"Beata Nowakowska", "Flat 9, Gannet Court", "Harbour", "FM2 9GC", "07700 900 123", "English"}},
		},
		tell: func(t *telling) {
			t.on(6, 11).tries("appointment", "not_brought", "Speech therapy at eleven; nobody came and nobody rang.")
			t.on(6, 13).opens("early-help-engagement", "not_brought")
			t.asks("Beata changed shifts in September. No other thing in the way that we know of.")
			t.happens(Practitioner, "contact.checked", map[string]any{"against": "referral", "result": "confirmed"})
			t.on(4, 17).tries("visit_announced", "not_home", "Said she would be back by five. A neighbour had seen her leave for work.")
			t.on(3, 10).writesFirst()
		},
	},
	{
		family: family{
			Number: 24, Name: "Achterberg", Lead: Practitioner, Members: []Person{School, Bronagh},
			Summary:  "Does not open to us, and does to the health visitor who knew her as a girl.",
			Children: []child{{"Lise Achterberg", "2023-10-19"}, {"Joost Achterberg", "2018-01-22"}},
			Adults:   []adult{{"Marit Achterberg", "3 Beacon Rise", "Tarn Valley", "FM5 3BR", "07700 900 124", "English"}},
		},
		tell: func(t *telling) {
			t.on(7, 9).opens("early-help-engagement", "missed_contact")
			t.tries("visit_announced", "no_answer", "Somebody was moving about inside.")
			t.on(6, 10).asks("Bronagh says Marit was let down by a service before and keeps her door shut since. Trust is the thing here.")
			t.happens(Practitioner, "barrier.identified", map[string]any{"area": "trust", "plan": "Go with Bronagh, and let her speak first."})
			t.on(5, 16).tries("phone", "message_left", "Said who I am and that nothing is wrong; asked her to choose a time.")
			t.on(4, 11).writesFirst()
			t.on(2, 15).happens(Practitioner, "approach.made", map[string]any{
				"with": "trusted_professional", "how": "Bronagh and I called together at the time of the weigh-in.",
				"result": "Marit let us both in for a quarter of an hour. Lise was asleep in her cot. Another visit next week.",
			})
			t.writes(Bronagh, "said_by_parent", "Marit", "If it is you who brings her, she can come in.")
		},
	},
	{
		family: family{
			Number: 25, Name: "Lockyer", Lead: Colleague, Members: []Person{School},
			Summary:  "Cold house, bare cupboards at the end of the month, and a father who says they are managing.",
			Children: []child{{"Edie Lockyer", "2015-11-08"}, {"Sam Lockyer", "2019-04-17"}},
			Adults:   []adult{{"Reuben Lockyer", "41 Quarry Row", "Fellmoor", "FM1 4QR", "07700 900 125", "English"}},
		},
		tell: func(t *telling) {
			t.on(9, 9).opens("early-help-engagement", "missed_contact")
			t.tries("visit_announced", "not_home", "Nobody in at the time he chose.")
			t.asks("No barrier found but pride: he has said twice that he will not be anybody's charity.")
			t.on(7, 16).tries("visit_unannounced", "refused_entry", "Spoke on the step. He was courteous and did not let me in. The hall light did not work.")
			t.writes(School, "said_by_child", "Edie", "We wear our coats for telly.")
			t.on(6, 10).writesFirst()
			t.on(4, 15).happens(Colleague, "referrer.contacted", map[string]any{"result": "The health visitor who referred them knows him as proud, and kind to the children."})
			t.on(1, 14).assesses(
				"Edie comes without breakfast on most Mondays and looks after Sam until her father is home. She worries about him.",
				"Sam is often cold and falls asleep in the afternoon. He has grown out of his shoes since October.",
			)
		},
	},
	{
		family: family{
			Number: 26, Name: "Tremaine", Lead: Practitioner, Members: []Person{School},
			Summary:  "Two weeks without a word. The agencies meet in a few days; the family knows from our letter.",
			Children: []child{{"Jory Tremaine", "2014-08-25"}},
			Adults:   []adult{{"Demelza Tremaine", "27 Long Row", "Fellmoor", "FM1 7LR", "07700 900 126", "English"}},
		},
		tell: func(t *telling) {
			t.on(12, 9).opens("early-help-engagement", "missed_contact")
			t.tries("phone", "no_answer", "Rang in the morning, as she had asked.")
			t.asks("Looked at all of it with the school. She has no car, and the bus stopped running past Long Row in summer.")
			t.happens(Practitioner, "contact.checked", map[string]any{"against": "referral", "result": "confirmed"})
			t.on(10, 13).tries("visit_announced", "not_home", "A card through the door with two other times on it.")
			t.on(9, 10).writesFirst()
			t.on(7, 18).tries("visit_unannounced", "not_home", "Evening call; the house was dark.")
			t.on(6, 10).happens(Practitioner, "referrer.contacted", map[string]any{"result": "The school has not seen her at the gate since half term. Jory comes by himself."})
			t.on(5, 11).assesses("Jory gets himself up and to school and says he does not mind. His reading has stopped moving since the summer.")
			t.on(4, 10).happens(Practitioner, "meeting.scheduled", map[string]any{"meeting_on": t.day(-3)})
			l := t.drafts("L_final", map[string]any{"merge": with(t.facts(), map[string]any{
				"concerns": []map[string]string{
					{"date": t.day(11), "what": "Jory walked to school by himself in the dark."},
					{"date": t.day(6), "what": "Jory had eaten nothing since the day before, he told his teacher."},
				},
				"meeting.date": t.day(-3), "meeting.time": "14:00", "meeting.place": "Harbour School",
				"consequence_text": "We will talk about what help Jory needs now, and who can give it.",
				"views_how":        "Ring or write, or tell Saskia Dunn at the school what you want us to say for you.",
				"rights_text":      "You can have somebody speak for you at the meeting.",
				"advice.name":      "Fellmoor Family Rights", "advice.phone": "01632 960 077",
			})})
			t.on(4, 15).approves(Manager, l)
			t.goes(l, "posted", map[string]any{"postage": "first"})
		},
	},
	{
		family: family{
			Number: 43, Name: "Ellery", Lead: Colleague, Members: []Person{School},
			Summary:  "Came to us the week Colm was off sick, and lay.",
			Children: []child{{"Posy Ellery", "2020-02-11"}},
			Adults:   []adult{{"Marcus Ellery", "2 Weir Bank", "Tarn Valley", "FM5 9WB", "07700 900 143", "English"}},
		},
		tell: func(t *telling) {
			t.on(14, 10).opens("early-help-engagement", "missed_contact")
			t.tries("visit_announced", "no_answer", "No answer. To try again.")
			t.on(11, 16).tries("visit_announced", "no_answer", "No answer.")
		},
	},
	{
		family: family{
			Number: 40, Name: "Blackwood", Lead: Practitioner, Members: []Person{School},
			Summary:  "Off the school's roll since the summer and not on another's. Nobody has seen Fern since.",
			Children: []child{{"Fern Blackwood", "2013-12-05"}},
			Adults:   []adult{{"Ida Blackwood", "Moor End Cottage", "Northgate", "FM3 8ME", "07700 900 140", "English"}},
		},
		Seen: 61,
		tell: func(t *telling) {
			t.on(3, 10).opens("early-help-engagement", "no_access")
			t.tries("visit_announced", "refused_entry", "Ida said through the window that Fern is at her cousin's. She did not say where.")
			t.asks("Asked the school, the surgery and housing. Nobody knows of anything in the way.")
			t.on(1, 17).tries("visit_unannounced", "no_answer", "Lights on, no answer. Two bicycles in the yard, one of them a child's.")
		},
	},
}
