package demo

// Families on another pathway, or with something that stands beside one.
var apart = []story{
	{
		family: family{
			Number: 38, Name: "Haddon", Lead: Practitioner, Members: []Person{School},
			Summary:  "The school and we see it differently. It is with the managers now.",
			Children: []child{{"Wilf Haddon", "2017-03-03"}},
			Adults:   []adult{{"Carys Haddon", "16 Quarry Row", "Fellmoor", "FM1 4QR", "07700 900 138", "English"}},
		},
		tell: func(t *telling) {
			t.on(6, 9).opens("early-help-engagement", "missed_contact")
			t.tries("visit_announced", "not_home", "")
			t.on(5, 10).asks("Nothing found so far.")
			t.tries("phone", "reached", "Carys has a cold and asked for next week.")
			at := t.on(4, 11).moment()
			d := id(t.make(School, "disputes", map[string]any{
				"pathway": t.pathway, "about": "Whether Wilf should be referred now", "subject": "threshold", "with_agency": Practitioner.Agency, "opened_at": at,
				"position": "We see him every day. He has lost weight since September and hides food in his tray. We think that this cannot wait for another visit.",
			}))
			t.on(3, 10).make(Practitioner, "dispute_steps", map[string]any{
				"dispute": d, "step": "position", "occurred_at": t.moment(), "text": "We have not been inside the house and would like one more week to try, together with the school.",
			})
			t.on(1, 9).make(School, "dispute_steps", map[string]any{"dispute": d, "step": "stage_up", "occurred_at": t.moment(), "text": "Two days have gone by and we do not agree. Our head will speak to Moira Ash."})
		},
	},
	{
		family: family{
			Number: 39, Name: "Sorley", Lead: Colleague, Members: []Person{School},
			Summary:  "Something Una said at school today could not wait.",
			Children: []child{{"Una Sorley", "2016-08-08"}},
			Adults:   []adult{{"Calum Sorley", "Flat 4, Gannet Court", "Harbour", "FM2 9GC", "07700 900 139", "English"}},
		},
		Seen: 1,
		tell: func(t *telling) {
			t.on(4, 10).opens("early-help-engagement", "missed_contact")
			t.tries("visit_announced", "not_home", "")
			t.on(3, 10).asks("Nothing that we know of.")
			t.on(2, 16).tries("phone", "reached", "Calum said that all is well and that I should come in a fortnight.")
			t.on(1, 14).writes(School, "said_by_child", "Una", "There was no key so I slept in the shed with the dog.")
			t.happens(School, "immediate_risk.raised", map[string]any{"what": "Una slept outside last night and says that she will again. Rang the front door at ten past two; they are sending somebody before the end of school."})
		},
	},
	{
		family: family{
			Number: 41, Name: "Marchetti", Lead: Practitioner, Members: []Person{School, Bronagh},
			Summary:  "Luca was not brought to two eye clinics. His glasses are from two years ago.",
			Children: []child{{"Luca Marchetti", "2018-04-04"}},
			Adults:   []adult{{"Silvia Marchetti", "8 Station Cottages", "Northgate", "FM3 5SC", "07700 900 141", "English"}},
		},
		tell: func(t *telling) {
			t.on(20, 11).tries("appointment", "cancelled_by_service", "The clinic rang us: the doctor is ill. Not to be counted.")
			t.on(7, 11).opens("was-not-brought", "not_brought")
			t.happens(Bronagh, "appointment.missed", map[string]any{"appointment": "Eye clinic", "contact_confirmed": true})
			t.on(6, 9).happens(Practitioner, "contact.checked", map[string]any{"against": "referral", "result": "corrected"})
			t.asks("The clinic is two buses away. Silvia did not know that travel is paid for.")
			t.on(3, 11).tries("appointment", "not_brought", "Second date. Silvia rang at noon: the first bus did not come.")
			t.on(3, 15).writes(Bronagh, "said_by_parent", "Silvia", "I was at the stop at eight. I do want him to see.")
		},
	},
	{
		family: family{
			Number: 42, Name: "Rookwood", Lead: Colleague, Members: []Person{School},
			Summary:  "Adults let us in, the children are always somewhere else.",
			Children: []child{{"Hetty Rookwood", "2019-11-20"}, {"Dov Rookwood", "2021-06-15"}},
			Adults:   []adult{{"Isaac Rookwood", "77 Long Row", "Fellmoor", "FM1 7LR", "07700 900 142", "English"}},
		},
		Seen: 25,
		tell: func(t *telling) {
			t.on(5, 15).tries("visit_announced", "child_withheld", "Isaac made tea. The children were asleep, he said, at three in the afternoon. He did not want us to look in.")
			t.on(5, 16).opens("no-access-to-child", "no_access")
			t.on(4, 10).happens(Manager, "manager.discussed", map[string]any{"decision": "Colm goes again tomorrow with Saskia, at the end of nursery. If they are not seen by Friday, we refer."})
			t.on(2, 15).tries("visit_announced", "child_withheld", "At their gran's this time. Isaac gave no address.")
		},
	},
	{
		family: family{
			Number: 44, Name: "Sandoval", Lead: Practitioner, Members: []Person{School},
			Summary:  "Our letter came back: gone away. The school has another street for them.",
			Children: []child{{"Inés Sandoval", "2015-09-27"}},
			Adults:   []adult{{"Pilar Sandoval", "21 Tannery Lane", "Fellmoor", "FM1 8TN", "07700 900 144", "English"}},
		},
		tell: func(t *telling) {
			t.on(7, 10).opens("early-help-engagement", "missed_contact")
			t.tries("visit_announced", "not_home", "")
			t.on(5, 17).tries("phone", "no_answer", "")
			t.on(4, 9).asks("Perhaps they have moved: the school heard Inés say that she has her own room now.")
			l := t.on(4, 10).writesFirst()
			t.on(1, 9).goes(l, "returned", map[string]any{"note": "Back from the post with “gone away” written across it."})
		},
	},
	{
		family: family{
			Number: 45, Name: "Whitlock", Lead: Practitioner, Members: []Person{School},
			Summary:  "Both parents are written to, each alone: what stands between them is on the record.",
			Children: []child{{"Tilly Whitlock", "2019-01-31"}},
			Adults: []adult{
				{"Jenna Whitlock", "Flat 2, Heron Court", "Northgate", "FM3 2HC", "07700 900 145", "English"},
				{"Scott Whitlock", "55 Mill Lane", "Tarn Valley", "FM5 2ML", "07700 900 146", "English"},
			},
		},
		tell: func(t *telling) {
			t.on(3, 10).opens("early-help-engagement", "missed_contact")
			t.tries("visit_announced", "not_home", "")
			t.on(2, 10).asks("Jenna is afraid that he finds out where she lives. Nothing goes to both of them together.")
			t.tries("text", "reached", "She writes: mornings only, and never on a Friday.")
			t.make(Practitioner, "relationships", map[string]any{
				"person": t.adult(0), "other": t.adult(1), "kind": "former partner", "parental_responsibility": "yes", "between": []string{"domestic_abuse", "no_contact"},
				"note": "Jenna told me on the phone, and asked that he is not told where she is.",
			})
			t.on(1, 11).drafts("L1_missed", map[string]any{"joint_with": t.adult(1)}) // nobody can approve it
		},
	},
	{
		family: family{
			Number: 47, Name: "Bexfield", Lead: Colleague, Members: []Person{School},
			Summary:  "The meeting was called, and only we came.",
			Children: []child{{"Otis Bexfield", "2016-12-12"}},
			Adults:   []adult{{"Nadia Bexfield", "11 Beacon Rise", "Tarn Valley", "FM5 3BR", "07700 900 147", "English"}},
		},
		tell: func(t *telling) {
			t.on(7, 9).opens("early-help-engagement", "missed_contact")
			t.tries("visit_announced", "not_home", "")
			t.on(6, 10).asks("Nothing found.")
			t.on(5, 9).tries("text", "cancelled_by_family", "She wrote that Otis has a temperature. We said: next week, then.")
			t.on(5, 15).happens(Colleague, "approach.made", map[string]any{"with": "referrer", "how": "A joint call with the surgery's nurse.", "result": "Nobody opened."})
			t.on(1, 14).meets(4, []Person{Colleague}, map[string]any{
				"decision": "Nothing decided: one agency by itself is no meeting. Called again for next week.", "no_views_because": "Nadia could not be reached before it.",
			})
		},
	},
	{
		family: family{
			Number: 48, Name: "Corrigan", Lead: Practitioner, Members: []Person{School, Imre},
			Summary:  "Referred; the answer was no further action. We carry on, and say what would change it.",
			Children: []child{{"Pia Corrigan", "2020-05-05"}},
			Adults:   []adult{{"Lorcan Corrigan", "6 Mill Lane", "Tarn Valley", "FM5 2ML", "07700 900 148", "English"}},
		},
		tell: func(t *telling) {
			t.on(7, 9).opens("early-help-engagement", "missed_contact")
			t.tries("visit_announced", "not_home", "")
			t.on(6, 10).asks("Lorcan's licence is gone and with it the work. Nothing else.")
			t.on(5, 9).tries("phone", "reached", "He said that he would ring back before noon, and did not.")
			r := t.on(5, 14).refers("Pia was collected late on four days by somebody the nursery did not know. Her father does not answer us.")
			t.on(4, 9).answers(r, "acknowledged", "")
			t.on(4, 15).answers(r, "nfa", "The person is her aunt, who is named with the nursery since Monday. Early help is the right place; refer again if she is collected by anybody else.")
			t.on(3, 10).happens(Practitioner, "manager.discussed", map[string]any{"decision": "We accept that, and go on. Saskia rings us on the day if it happens again."})
		},
	},
	{
		family: family{
			Number: 49, Name: "Halvorsen", Lead: Colleague, Members: []Person{School},
			Summary:  "Said yes, and a week later no. Both are on the record, with why.",
			Children: []child{{"Freya Halvorsen", "2018-12-18"}},
			Adults:   []adult{{"Astrid Halvorsen", "3 Market Hill", "Fellmoor", "FM1 2MH", "07700 900 149", "English"}},
		},
		tell: func(t *telling) {
			t.on(7, 10).opens("early-help-engagement", "partial_engagement")
			yes := t.agrees("early_help", "given", "A family worker at home once a week, for eight weeks to begin with.", "")
			t.on(6, 11).asks("Astrid was not asked before the school told us of the lateness. She is angry about that, and she has a point.")
			t.on(4, 10).tries("visit_announced", "no_answer", "She saw me from the window and shook her head.")
			t.on(3, 17).change(Colleague, "service_agreements", yes, map[string]any{
				"withdrawn_at": t.moment(), "withdrawn_because": "She does not want somebody in the house who knows what the school thinks before she does.",
			})
			t.writes(Colleague, "said_by_parent", "Astrid", "Ask me first and I might say yes. Behind my back it is no.")
		},
	},
	{
		family: family{
			Number: 50, Name: "Mowbray", Lead: Colleague, Restricted: true,
			Summary:  "Restricted: the mother works at the front door.",
			Children: []child{{"Ivo Mowbray", "2017-10-01"}},
			Adults:   []adult{{"Clare Mowbray", "Care of the office", "Fellmoor", "FM1 1AA", "07700 900 150", "English"}},
		},
		tell: func(t *telling) {
			t.on(2, 12).opens("early-help-engagement", "missed_contact")
			t.tries("visit_announced", "not_home", "As agreed, outside office hours.")
			t.on(1, 12).asks("She is afraid that colleagues will read this. Only Colm and Moira are on the case.")
		},
	},
	{
		family: family{
			Number: 51, Name: "Weatherall", Lead: Bronagh, Members: []Person{Practitioner},
			Summary:  "Led by the health visitors of Tarn Valley, whose own calendar moves what is due.",
			Children: []child{{"Kit Weatherall", "2024-03-14"}},
			Adults:   []adult{{"Sunniva Weatherall", "Ford Farm", "Tarn Valley", "FM5 1FF", "07700 900 151", "English"}},
		},
		tell: func(t *telling) {
			t.on(3, 10).opens("early-help-engagement", "missed_contact")
			t.tries("visit_announced", "no_answer", "The yard was under water; called from the gate.")
			t.on(2, 10).asks("The ford floods and the farm is cut off. She has no signal in the house.")
		},
	},
}
