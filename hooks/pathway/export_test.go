package pathway

import "slices"

// Without is a template that has dropped a guard, which Parse would not let through:
// so that a test can show that the guard, and nothing else, refuses.
func Without(body []byte, name string) *Template {
	t, err := Parse(body)
	if err != nil {
		panic(err)
	}
	drop := func(list []Check) []Check {
		return slices.DeleteFunc(slices.Clone(list), func(c Check) bool { return c.Name == name })
	}
	for i := range t.Events {
		t.Events[i].Guards = drop(t.Events[i].Guards)
	}
	for i := range t.Transitions {
		t.Transitions[i].Guards = drop(t.Transitions[i].Guards)
		t.Transitions[i].When = drop(t.Transitions[i].When)
	}
	for i := range t.Timers {
		t.Timers[i].Starts.When = drop(t.Timers[i].Starts.When)
	}
	for i := range t.Steps {
		t.Steps[i].Done.When = drop(t.Steps[i].Done.When)
	}
	return t
}

// GuardNames are all the guards there are.
func GuardNames() []string { return sortedKeys(guards) }
