package delivery

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"newsfold/store"
)

// Schedule delivers a digest every day.
type Schedule struct {
	Desk *Desk
	Want Want
	To   []Recipient
	At   []TimeOfDay
	// Owner names this process where daemons share a store.
	Owner string
}

// TimeOfDay is a time on the clock, by the minute.
type TimeOfDay struct{ Hour, Minute int }

// ParseTimes reads times such as "07:00,18:30".
func ParseTimes(s string) (times []TimeOfDay, err error) {
	for part := range strings.SplitSeq(s, ",") {
		t, err := time.Parse("15:04", strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("%q is no time of day: say one such as 07:00", strings.TrimSpace(part))
		}
		times = append(times, TimeOfDay{t.Hour(), t.Minute()})
	}
	return times, nil
}

// on is when the clock shows a time on the day of another time. Where clocks skip
// it, the time is as much later as they skip; where they show it twice, the first.
func (t TimeOfDay) on(day time.Time) time.Time {
	at := time.Date(day.Year(), day.Month(), day.Day(), t.Hour, t.Minute, 0, 0, day.Location())
	// Clocks are set back by an hour, on Lord Howe Island by half of one.
	for _, by := range []time.Duration{time.Hour, 30 * time.Minute} {
		if e := at.Add(-by); e.Hour() == t.Hour && e.Minute() == t.Minute {
			return e
		}
	}
	return at
}

// around returns the last appointment at or before now and the next one after it.
func (s *Schedule) around(now time.Time) (last, next time.Time) {
	zone := s.Want.Zone
	if zone == nil {
		zone = time.UTC
	}
	now = now.In(zone)
	for days := -2; days <= 2; days++ {
		// Noon is on the right day, whatever clocks do at midnight.
		day := time.Date(now.Year(), now.Month(), now.Day()+days, 12, 0, 0, 0, zone)
		for _, t := range s.At {
			switch at := t.on(day); {
			case !at.After(now):
				last = later(last, at)
			case next.IsZero() || at.Before(next):
				next = at
			}
		}
	}
	return last, next
}

// How long it takes until a delivery is tried again: at first, and at most.
const (
	firstPause   = time.Minute
	longestPause = time.Hour
)

// Run keeps the appointments until ctx is done. One that passed while nothing ran
// is kept at once, and once, however many there were. What cannot be delivered is
// tried again, ever less often, and is part of the next digest in any case.
func (s *Schedule) Run(ctx context.Context) error {
	pause := firstPause
	for {
		now := s.Desk.Now()
		_, next := s.around(now)
		ok, err := s.Keep(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			s.Desk.Log.Warn("a digest was not delivered", "err", err)
		}
		wait := next.Sub(now)
		if err != nil || !ok {
			wait = min(wait, pause)
			pause = min(2*pause, longestPause)
		} else {
			pause = firstPause
		}
		// Clocks are set, and machines sleep: it is looked again before long.
		t := time.NewTimer(max(min(wait, 5*time.Minute), time.Second))
		select {
		case <-ctx.Done():
			t.Stop()
			return nil
		case <-t.C:
		}
	}
}

// Keep keeps the last appointment with everybody with whom it was not kept. It
// reports whether there is nobody left; the error says what failed.
func (s *Schedule) Keep(ctx context.Context) (ok bool, err error) {
	if mine, err := s.lease(ctx); err != nil || !mine {
		return err == nil, err
	}
	now := s.Desk.Now()
	slot, _ := s.around(now)
	ok = true
	var failed []error
	for _, r := range s.To {
		due, err := s.due(ctx, r, slot, now)
		if err == nil && due {
			err = s.deliver(ctx, r, slot)
		}
		if err != nil {
			ok, failed = false, append(failed, err)
		}
	}
	return ok, errors.Join(failed...)
}

func (s *Schedule) deliver(ctx context.Context, r Recipient, slot time.Time) error {
	w := s.Want
	w.Last, w.Since = true, slot.AddDate(0, 0, -1)
	out, err := s.Desk.Deliver(ctx, w, r, slot)
	if err == nil && out.Sent {
		s.Desk.Log.Info("delivered a digest", "name", w.Name, "to", r.String(), "stories", out.Stories)
	}
	return err
}

// due reports whether an appointment with a recipient is to be kept. A recipient
// that is new waits for the next one.
func (s *Schedule) due(ctx context.Context, r Recipient, slot, now time.Time) (due bool, err error) {
	key := ledgerKey(s.Want.Name, r)
	var rec record
	err = s.Desk.DB.View(ctx, func(tx store.Tx) (err error) {
		rec, err = readRecord(tx, key)
		return err
	})
	switch {
	case err != nil:
		return false, err
	case rec.Sending != nil:
		// Its sender died: whether it was for this appointment is settled first.
		rec, err = s.Desk.settle(ctx, key, r)
		return err == nil && rec.Slot.Before(slot), err
	case rec.Slot.IsZero():
		_, err = s.Desk.change(ctx, key, func(rec *record) error {
			rec.Slot = now
			return nil
		})
		return false, err
	}
	return rec.Slot.Before(slot), nil
}

// leaseTime is how long one daemon of several keeps the appointments.
const leaseTime = 30 * time.Minute

// lease reports whether it is this daemon that keeps the appointments, where
// several share a store.
func (s *Schedule) lease(ctx context.Context) (bool, error) {
	shared, ok := s.Desk.DB.(store.Shared)
	if !ok {
		return true, nil
	}
	_, mine, err := shared.LeaseStage(ctx, "digest", store.Claim{Owner: s.Owner, For: leaseTime})
	return mine, err
}
