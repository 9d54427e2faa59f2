package pathway

// index is a template made quick to run: names are numbers, and each row of a
// table is found without a search.
type index struct {
	state  map[string]int
	begins int
	act    map[string]int
	acts   map[string][]int // kind → acts, in order
	byKind [][]int          // the same, by the kind's place among the kinds
	rows   [][][]int        // state, act → transitions, in order
	letter map[string]*Letter
	timer  map[string]int
	step   map[string]int

	starts  [][]int // act → timers it may start
	renews  [][]int // act → timers it may start anew
	creates [][]int // act → steps it may create
	does    [][]int // act → steps it may do
	enters  [][]int // state → timers that coming in starts
	brings  [][]int // state → steps that coming in creates
	stepsOf [][]int // timer → steps that are created with it

	outcome map[string]bool // outcomes of an attempt that are a missed contact
	missed  map[string]bool // other kinds that are
	onlyIn  []map[int]bool  // step → states it is asked for in; nil for all
	placed  []Reason        // act → where it is in place, for when it is not
}

func (t *Template) build() {
	x := index{
		state: map[string]int{}, act: map[string]int{}, acts: map[string][]int{}, letter: map[string]*Letter{},
		timer: map[string]int{}, step: map[string]int{}, outcome: set(t.Counting.Outcomes), missed: set(t.Counting.Kinds),
		starts: make([][]int, len(t.Events)), renews: make([][]int, len(t.Events)), creates: make([][]int, len(t.Events)), does: make([][]int, len(t.Events)),
		enters: make([][]int, len(t.States)), brings: make([][]int, len(t.States)), stepsOf: make([][]int, len(t.Timers)),
		onlyIn: make([]map[int]bool, len(t.Steps)),
	}
	for i, s := range t.States {
		x.state[s.Key] = i
		if s.Begins {
			x.begins = i
		}
	}
	for i := range t.Events {
		a := &t.Events[i]
		a.kind = kindOf(a.Name)
		x.act[a.Name] = i
		x.acts[a.kind] = append(x.acts[a.kind], i)
	}
	for i := range t.Letters {
		x.letter[t.Letters[i].Key] = &t.Letters[i]
	}
	x.byKind = make([][]int, len(kinds))
	for kind, acts := range x.acts {
		if k := kindNamed[kind]; k != nil {
			x.byKind[k.nth] = acts
		}
	}
	t.index = x
	t.buildRows()
	t.buildTriggers()
	t.bindGuards()
	for act := range t.Events {
		t.index.placed = append(t.index.placed, t.placeOf(act))
	}
}

// bindGuards finds the guard that each check names.
func (t *Template) bindGuards() {
	bind := func(lists ...[]Check) {
		for _, list := range lists {
			for i := range list {
				list[i].guard = guards[list[i].Name]
			}
		}
	}
	for i := range t.Events {
		bind(t.Events[i].Guards)
	}
	for i := range t.Transitions {
		bind(t.Transitions[i].When, t.Transitions[i].Guards)
	}
	for i := range t.Timers {
		bind(t.Timers[i].Starts.When)
		if t.Timers[i].Renews != nil {
			bind(t.Timers[i].Renews.When)
		}
	}
	for i := range t.Steps {
		bind(t.Steps[i].Done.When)
		if t.Steps[i].Created != nil {
			bind(t.Steps[i].Created.When)
		}
	}
}

func (t *Template) buildRows() {
	x := &t.index
	x.rows = make([][][]int, len(t.States))
	for s := range t.States {
		x.rows[s] = make([][]int, len(t.Events))
	}
	for i, tr := range t.Transitions {
		for s := range t.States {
			if from(&tr, &t.States[s]) {
				a := x.act[tr.On]
				x.rows[s][a] = append(x.rows[s][a], i)
			}
		}
	}
}

// from says whether a transition leads out of a state.
func from(tr *Transition, s *State) bool {
	for _, name := range tr.From {
		switch {
		case name == s.Key, name == anyState, name == anyOpen && s.Ends == "", name == anyEnded && s.Ends != "":
			return true
		}
	}
	return false
}

func (t *Template) buildTriggers() {
	x := &t.index
	for i := range t.Timers {
		x.timer[t.Timers[i].Code] = i
		t.indexTrigger(&t.Timers[i].Starts, i, x.starts, x.enters)
		if t.Timers[i].Renews != nil {
			t.indexTrigger(t.Timers[i].Renews, i, x.renews, nil)
		}
	}
	for i := range t.Steps {
		s := &t.Steps[i]
		x.step[s.Code] = i
		t.indexTrigger(&s.Done, i, x.does, nil)
		if s.Created != nil {
			t.indexTrigger(s.Created, i, x.creates, x.brings)
		} else {
			timer := x.timer[s.Timer]
			x.stepsOf[timer] = append(x.stepsOf[timer], i)
		}
		x.onlyIn[i] = t.askedIn(s)
	}
}

func (t *Template) indexTrigger(tr *Trigger, i int, byAct, byState [][]int) {
	for a := range t.Events {
		for _, on := range tr.On {
			if on == t.Events[a].Name || on == t.Events[a].kind {
				byAct[a] = append(byAct[a], i)
				break
			}
		}
	}
	if byState == nil {
		return
	}
	for _, key := range tr.States {
		s := t.index.state[key]
		byState[s] = append(byState[s], i)
	}
}

func (t *Template) askedIn(s *StepRule) map[int]bool {
	if len(s.OnlyIn) == 0 && len(s.NotIn) == 0 {
		return nil
	}
	only, not := set(s.OnlyIn), set(s.NotIn)
	in := map[int]bool{}
	for i := range t.States {
		key := t.States[i].Key
		in[i] = (len(only) == 0 || only[key]) && !not[key]
	}
	return in
}

func set(list []string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, s := range list {
		m[s] = true
	}
	return m
}
