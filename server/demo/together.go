package demo

// Families with whom several agencies have met, or who work with somebody again.
var together = []story{
	{
		family: family{
			Number: 27, Name: "Dunmore", Lead: Practitioner, Members: []Person{School, Bronagh},
			Summary:  "The agencies met; housing will see to the damp, the school to breakfast.",
			Children: []child{{"Cass Dunmore", "2017-06-21"}, {"Robin Dunmore", "2022-12-03"}},
			Adults:   []adult{{"Tamsin Dunmore", "9 Ferry Steps", "Harbour", "FM2 4FS", "07700 900 127", "English"}},
		},
		tell: func(t *telling) {
			t.on(19, 9).opens("early-help-engagement", "missed_contact")
			t.tries("visit_announced", "not_home", "Nobody in; the door to the stairs stood open.")
			t.on(16, 15).asks("Tamsin has been told that her depression is back. Mornings are the worst of it.")
			t.on(11, 14).assesses(
				"Cass is late on most days and hungry on some. She is proud of getting Robin dressed.",
				"Robin's cough has lasted all autumn; there is black damp over the cot.",
			)
			m := t.on(5, 14).meets(10, []Person{Practitioner, School, Bronagh}, map[string]any{
				"decision":     "Breakfast at school for Cass from Monday. Northgate Housing is asked to treat the damp within two weeks. Bronagh sees Robin on Thursday. We meet again in three weeks.",
				"child_views":  "Cass drew the morning she would like: toast, and nobody shouting about shoes.",
				"family_views": "Tamsin rang in for ten minutes. She said that it is the damp that gets her down, and that she would take help with that.",
			})
			t.make(Practitioner, "actions", map[string]any{"meeting": m, "what": "Ask Northgate Housing to treat the damp over the cot", "owner": Practitioner.Name, "owner_agency": Practitioner.Agency, "due_on": t.day(-9)})
			t.make(School, "actions", map[string]any{"meeting": m, "what": "A place at toast club for Cass", "owner": School.Name, "owner_agency": School.Agency, "due_on": t.day(3), "done_on": t.day(2), "outcome": "She came on the first day."})
		},
	},
	{
		family: family{
			Number: 28, Name: "Castellan", Lead: Colleague, Members: []Person{School, Imre},
			Summary:  "Referred after Milo was found alone in the evening; a social worker has been named.",
			Children: []child{{"Milo Castellan", "2018-10-30"}},
			Adults:   []adult{{"Petra Castellan", "Flat 1, Tern House", "Harbour", "FM2 8TH", "07700 900 128", "English"}},
		},
		tell: func(t *telling) {
			t.on(7, 9).opens("early-help-engagement", "missed_contact")
			t.tries("visit_announced", "not_home", "The appointment she had moved twice.")
			t.on(6, 11).asks("Petra works two jobs since August. She has nobody here who could sit with Milo.")
			t.on(5, 18).tries("visit_unannounced", "child_seen", "Milo opened the door. He was alone and did not know when his mother would be back. Waited with him until she came at eight.")
			t.writes(Colleague, "said_by_child", "Milo", "I know how to do the microwave. I am not scared if the telly is on.")
			r := t.on(4, 9).refers("A child of eight was alone for an evening, and says that it is not the first time. His mother is at work and has nobody to ask. We told her that we are passing this on, and why.")
			t.on(3, 10).answers(r, "acknowledged", "")
			t.on(3, 15).answers(r, "accepted", "An assessment will be made; Imre Vale will visit this week with Colm.")
		},
	},
	{
		family: family{
			Number: 29, Name: "Fairweather", Lead: Practitioner, Members: []Person{School},
			Summary:  "A plan agreed at the kitchen table, after two letters and a word from the school cook.",
			Children: []child{{"Alfie Fairweather", "2016-02-09"}, {"Rosa Fairweather", "2018-07-28"}},
			Adults:   []adult{{"Gill Fairweather", "12 Chapel Street", "Fellmoor", "FM1 9CS", "07700 900 129", "English"}},
		},
		tell: func(t *telling) {
			t.on(23, 9).opens("early-help-engagement", "missed_contact")
			t.tries("visit_announced", "not_home", "")
			t.on(22, 10).asks("Gill does not read easily and had not said so to anybody. The letters went in a drawer.")
			t.happens(Practitioner, "barrier.identified", map[string]any{"area": "literacy", "plan": "Ring, or say it in person; short texts. No more than one thing on a page."})
			t.on(21, 17).tries("phone", "no_answer", "Rang at teatime.")
			t.on(20, 10).writesFirst()
			t.on(13, 15).happens(Practitioner, "approach.made", map[string]any{
				"with": "trusted_professional", "how": "The school cook, who is her neighbour, brought us together at the gate.",
				"result": "We sat on the wall and talked for half an hour. She asked us in for Thursday.",
			})
			t.on(11, 16).sees(Practitioner)
			t.on(8, 16).agrees("plan", "given", "Alfie and Rosa at school by nine, with a text the evening before. Priya comes on Thursdays at four.", "")
			t.writes(Practitioner, "said_by_parent", "Gill", "You could have just told me. I would have said yes in September.")
			t.on(3, 16).happens(Practitioner, "appointment.kept_child_seen", map[string]any{"appointment": "Thursday visit", "children": []string{t.child(0), t.child(1)}})
		},
	},
	{
		family: family{
			Number: 30, Name: "Ostrowska", Lead: Practitioner, Members: []Person{School},
			Summary:  "Things have gone well since the summer. Ending is proposed; the school is asked.",
			Children: []child{{"Lena Ostrowska", "2017-01-16"}},
			Adults:   []adult{{"Kasia Ostrowska", "5 Market Hill", "Fellmoor", "FM1 2MH", "07700 900 130", "Polish"}},
		},
		tell: func(t *telling) {
			t.on(40, 9).opens("early-help-engagement", "missed_contact")
			t.tries("visit_announced", "not_home", "She had the wrong week.")
			t.on(39, 11).asks("An interpreter, from the first call on. Nothing else.")
			t.on(32, 15).sees(Practitioner)
			t.agrees("plan", "given", "Swimming on Saturdays with the family centre, and a place in the reading group.", "")
			t.on(12, 15).sees(Practitioner)
			t.happens(Practitioner, "engagement.reviewed", map[string]any{"finding": "Eleven of twelve Saturdays. Lena reads to her mother now."})
			t.on(2, 10).proposes("needs_met", "assessment", "Lena is seen every week by people who know her, and Kasia rings us when something is up.")
		},
	},
	{
		family: family{
			Number: 52, Name: "Amberley", Lead: Practitioner, Members: []Person{School},
			Summary:  "Was working with us again; then a visit was missed inside the watch.",
			Children: []child{{"Joss Amberley", "2019-09-09"}},
			Adults:   []adult{{"Robyn Amberley", "30 Harbour Parade", "Harbour", "FM2 1HP", "07700 900 152", "English"}},
		},
		tell: func(t *telling) {
			t.on(24, 9).opens("early-help-engagement", "missed_contact")
			t.tries("visit_announced", "not_home", "The time was hers.")
			t.on(23, 12).asks("Robyn is at college on Mondays and Tuesdays. We visit on other days now.")
			t.on(17, 15).happens(Practitioner, "approach.made", map[string]any{"with": "referrer", "how": "Met her with Saskia at pick-up.", "result": "She laughed about our timing, and asked us for Wednesday."})
			t.on(12, 14).sees(Practitioner)
			t.agrees("plan", "given", "A visit on Wednesdays; Joss in the after-school group.", "")
			t.on(3, 14).tries("visit_announced", "not_home", "Nobody in. Her phone was off until the evening; she wrote that she forgot.")
		},
	},
}

// with is a letter's facts and more.
func with(facts, more map[string]any) map[string]any {
	for name, value := range more {
		facts[name] = value
	}
	return facts
}
