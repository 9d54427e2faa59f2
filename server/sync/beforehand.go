package sync

import "iter"

// beforehand has the next value made, on another processor, while one is used. It returns
// when nothing more is made; what goes wrong there goes wrong here.
func beforehand[T any](values iter.Seq[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		made, stop := make(chan T), make(chan struct{})
		var wrong any
		go func() {
			defer close(made)
			defer func() { wrong = recover() }()
			for v := range values {
				select {
				case made <- v:
				case <-stop:
					return
				}
			}
		}()
		defer func() {
			close(stop)
			for range made {
			}
			if wrong != nil {
				panic(wrong)
			}
		}()
		for v := range made {
			if !yield(v) {
				return
			}
		}
	}
}
