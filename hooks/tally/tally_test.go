package tally

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func at(address, account string) Try { return Try{Way: "password", Account: account, Address: address} }

// fails tries and is wrong, when it is judged.
func (t *Tally) fails(y Try, at time.Time) time.Duration {
	wait := t.Try(y, at)
	if wait == 0 {
		t.Wrong(y, at)
	}
	return wait
}

// Five slips are free. Each one after waits twice as long, and never more than 15 minutes.
func TestAPairWaitsLongerEachTime(t *testing.T) {
	y, now := at("192.0.2.1", "manager"), noon
	ta := New()
	for range FreePair {
		if w := ta.Try(y, now); w != 0 {
			t.Fatal(w)
		}
	}
	for _, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute} {
		if w := ta.Try(y, now); w != want {
			t.Fatalf("waits %v, want %v", w, want)
		}
		if w := ta.Try(y, now.Add(want-time.Second)); w != time.Second {
			t.Fatalf("a second before: %v", w)
		}
		if now = now.Add(want); ta.Try(y, now) != 0 {
			t.Fatal("still waits when its time is over")
		}
	}
	if w := ta.Try(y, now.Add(forget)); w != 0 {
		t.Errorf("not forgiven after an hour: %v", w)
	}
}

func TestOfManyAtOnceNoMoreAreJudgedThanInTurn(t *testing.T) {
	ta := New()
	var judged atomic.Int32
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if ta.Try(at("192.0.2.1", "manager"), noon) == 0 {
				judged.Add(1)
			}
		})
	}
	all.Wait()
	if judged.Load() != FreePair {
		t.Errorf("%d were judged", judged.Load())
	}
}

// A stranger who guesses at the manager does not keep the coordinator out who sits in
// the same office, nor the manager who sits elsewhere.
func TestNobodyElseIsLockedOut(t *testing.T) {
	ta := New()
	for range 50 {
		ta.Try(at("192.0.2.1", "manager"), noon)
	}
	if w := ta.Try(at("192.0.2.1", "coordinator"), noon); w != 0 {
		t.Errorf("a colleague behind the same address waits %v", w)
	}
	if w := ta.Try(at("198.51.100.7", "manager"), noon); w != 0 {
		t.Errorf("the manager from elsewhere waits %v", w)
	}
}

// Thirty people's passwords tried from one address: everybody behind it waits a little
// before a try, is let through then, and one who came in there before waits for nothing.
func TestAnAddressThatTriesManyIsSlowedAndNotLocked(t *testing.T) {
	ta := New()
	for i := range FreeAccounts {
		if w := ta.fails(at("192.0.2.1", fmt.Sprint("worker", i)), noon); w != 0 {
			t.Fatal(i, w)
		}
	}
	if w := ta.Try(at("192.0.2.1", "coordinator"), noon); w != firstPlace {
		t.Fatalf("waits %v", w)
	}
	for i := range 200 { // the guessing goes on, and pushes nobody back in the line
		ta.fails(at("192.0.2.1", fmt.Sprint("worker", i)), noon.Add(time.Second))
	}
	if w := ta.Try(at("192.0.2.1", "coordinator"), noon.Add(firstPlace)); w != 0 {
		t.Errorf("when the wait is over: %v", w)
	}
	known := at("192.0.2.1", "dpo")
	known.Known = true
	if w := ta.Try(known, noon); w != 0 {
		t.Errorf("one who came in here before waits %v", w)
	}
	if w := ta.Try(at("198.51.100.7", "school"), noon); w != 0 {
		t.Errorf("another address waits %v", w)
	}
	v6 := New()
	for i := range FreeAccounts {
		v6.fails(at(fmt.Sprintf("2001:db8::%x", i), fmt.Sprint("worker", i)), noon)
	}
	if w := v6.Try(at("2001:db8::ffff", "coordinator"), noon); w == 0 {
		t.Error("a /64 is not one place")
	}
}

// Many slips of people who then came in slow nobody.
func TestAMorningOfSlipsInOneOfficeSlowsNobody(t *testing.T) {
	ta := New()
	for i := range 10 * FreeAccounts {
		y := at("192.0.2.1", fmt.Sprint("worker", i))
		for range 3 {
			if w := ta.fails(y, noon); w != 0 {
				t.Fatal(i, w)
			}
		}
		ta.Right(y)
	}
}

// Three hundred phones of one office come back at once: none is judged yet, none waits.
func TestManyOfOneOfficeAtOnceWaitForNothing(t *testing.T) {
	ta := New()
	for i := range 300 {
		if w := ta.Try(at("192.0.2.1", fmt.Sprint("phone", i)), noon); w != 0 {
			t.Fatal(i, w)
		}
	}
}

// One account tried from ten thousand addresses is slowed as a whole; its owner comes
// in from where they came in before.
func TestAnAccountTriedFromEverywhereIsSlowedButNotForItsOwner(t *testing.T) {
	ta, judged := New(), 0
	for i := range 10_000 {
		if ta.Try(at(fmt.Sprintf("10.%d.%d.1", i/250, i%250), "manager"), noon.Add(time.Duration(i)*time.Millisecond)) == 0 {
			judged++
		}
	}
	if judged != FreeAnywhere {
		t.Errorf("%d guesses in ten seconds", judged)
	}
	owner := at("192.0.2.1", "manager")
	owner.Known = true
	if w := ta.Try(owner, noon.Add(11*time.Second)); w != 0 {
		t.Errorf("the owner waits %v", w)
	}
}

func TestARightTryClearsItsPairAndAVoidOneCountsNot(t *testing.T) {
	ta, y := New(), at("192.0.2.1", "manager")
	for range FreePair - 1 {
		ta.Try(y, noon)
	}
	ta.Right(y)
	for i := range FreePair {
		if w := ta.Try(y, noon); w != 0 {
			t.Fatal(i, w)
		}
	}
	other := at("192.0.2.1", "dpo")
	for i := range 3 * FreePair {
		if w := ta.Try(other, noon); w != 0 {
			t.Fatalf("tries that nobody judged count: %d, %v", i, w)
		}
		ta.Void(other)
	}
}

// A flood of names does not fill the memory, and does not buy forgiveness.
func TestAFloodForgetsTheFloodFirst(t *testing.T) {
	ta := New()
	ta.room = 500
	target := at("192.0.2.1", "manager")
	for range FreePair {
		ta.Try(target, noon)
	}
	for i := range 20_000 {
		ta.Try(at(fmt.Sprintf("10.%d.%d.1", i/250, i%250), fmt.Sprint("nobody", i)), noon)
	}
	if len(ta.counts) > 500 {
		t.Errorf("%d counts", len(ta.counts))
	}
	if ta.Try(target, noon) == 0 {
		t.Error("the flood made its tries forgotten")
	}
}

func TestAFloodOfAlikeLinesBecomesOneAMinute(t *testing.T) {
	var l Ledger[string]
	written := 0
	for i := range 1000 {
		if l.Write("manager", noon.Add(time.Duration(i)*time.Millisecond)) {
			written++
		}
	}
	if written != Single {
		t.Errorf("%d written", written)
	}
	if due := l.Due(noon.Add(30*time.Second), false); len(due) != 0 {
		t.Error("before the minute is over", due)
	}
	if due := l.Due(noon.Add(time.Minute), false); due["manager"] != 1000-Single {
		t.Error(due)
	}
	if due := l.Due(noon.Add(time.Minute), true); len(due) != 0 {
		t.Error("twice", due)
	}
}

func TestTheQueueIsShortAndPatientToAPoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(1, 2, 3*time.Second)
		leave, ok := q.Enter()
		if !ok {
			t.Fatal("an empty one is full")
		}
		done := make(chan bool, 3)
		for range 3 {
			go func() {
				leave, ok := q.Enter()
				if ok {
					leave()
				}
				done <- ok
			}()
		}
		synctest.Wait()
		if ok := <-done; ok {
			t.Error("a third waits in a line of two")
		}
		time.Sleep(time.Second)
		leave()
		if !<-done || !<-done {
			t.Error("those who waited did not get in")
		}
		leave, _ = q.Enter()
		if _, ok := q.Enter(); ok {
			t.Error("the patience has no end")
		}
		leave()
	})
}
