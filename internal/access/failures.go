package access

import (
	"net/netip"
	"sync"
	"time"
)

// How failures are counted: some are free, then each doubles the wait.
const (
	freeFailures  = 5
	firstWait     = 2 * time.Second
	longestWait   = 15 * time.Minute
	remembered    = time.Hour
	mostAddresses = 4096
)

// failures counts wrong passwords by address. It is in memory: a restart
// forgives.
type failures struct {
	mu sync.Mutex
	by map[string]*failure
}

type failure struct {
	n    int
	last time.Time
}

// group is what is counted together: an IPv4 address, or the network that one
// customer of a provider has for himself.
func group(from string) string {
	a, err := netip.ParseAddr(from)
	if err != nil {
		return from
	}
	a = a.Unmap().WithZone("")
	if a.Is6() {
		p, _ := a.Prefix(64) // 64 bits fit
		return p.String()
	}
	return a.String()
}

// waiting returns a *WaitError while an address has to wait.
func (f *failures) waiting(from string, now time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.left(from, now)
}

// left is waiting; mu is held.
func (f *failures) left(from string, now time.Time) error {
	e := f.by[group(from)]
	if e == nil || e.n < freeFailures {
		return nil
	}
	wait := longestWait
	if n := e.n - freeFailures; n < 9 {
		wait = min(firstWait<<n, longestWait)
	}
	if left := e.last.Add(wait).Sub(now); left > 0 {
		return &WaitError{left}
	}
	return nil
}

// attempt counts a failure before it is known to be one, unless the address has
// to wait: then it returns a *WaitError. Looking and counting are one step, so
// of many attempts at once no more get through than of as many in a row.
func (f *failures) attempt(from string, now time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.left(from, now); err != nil {
		return err
	}
	f.count(from, now)
	return nil
}

// add counts a failure.
func (f *failures) add(from string, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count(from, now)
}

// count is add; mu is held.
func (f *failures) count(from string, now time.Time) {
	if f.by == nil {
		f.by = map[string]*failure{}
	}
	key := group(from)
	e := f.by[key]
	if e == nil {
		if len(f.by) >= mostAddresses {
			f.shrink(now)
		}
		e = &failure{}
		f.by[key] = e
	}
	if now.Sub(e.last) > remembered {
		e.n = 0
	}
	e.n++
	e.last = now
}

// shrink forgets what is old, and failing that everybody: then they come from
// thousands of addresses, and counting by address is no help.
func (f *failures) shrink(now time.Time) {
	for k, e := range f.by {
		if now.Sub(e.last) > remembered {
			delete(f.by, k)
		}
	}
	if len(f.by) >= mostAddresses {
		clear(f.by)
	}
}

// forget starts an address anew after a success.
func (f *failures) forget(from string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.by, group(from))
}
