package delivery_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"newsfold/internal/delivery"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Skip(err)
	}
	return z
}

func TestAppointmentsFollowTheClocksOfTheirZone(t *testing.T) {
	vienna := zone(t, "Europe/Vienna")
	for name, tc := range map[string]struct {
		at         string
		now        string
		last, next string
	}{
		"in winter":                      {"07:00", "2026-03-28T12:00:00Z", "2026-03-28T07:00:00+01:00", "2026-03-29T07:00:00+02:00"},
		"in summer":                      {"07:00", "2026-03-29T12:00:00Z", "2026-03-29T07:00:00+02:00", "2026-03-30T07:00:00+02:00"},
		"an hour that is skipped":        {"02:30", "2026-03-29T12:00:00Z", "2026-03-29T03:30:00+02:00", "2026-03-30T02:30:00+02:00"},
		"an hour that comes twice":       {"02:30", "2026-10-25T12:00:00Z", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"},
		"between the two of that hour":   {"02:30", "2026-10-25T00:45:00Z", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"},
		"at midnight":                    {"00:00", "2026-03-28T23:30:00Z", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"},
		"on the minute":                  {"07:00", "2026-03-29T05:00:00Z", "2026-03-29T07:00:00+02:00", "2026-03-30T07:00:00+02:00"},
		"twice a day":                    {"18:30, 07:00", "2026-03-29T12:00:00Z", "2026-03-29T07:00:00+02:00", "2026-03-29T18:30:00+02:00"},
		"the day before, in other zones": {"23:00", "2026-01-01T00:30:00Z", "2025-12-31T23:00:00+01:00", "2026-01-01T23:00:00+01:00"},
	} {
		t.Run(name, func(t *testing.T) {
			times, err := delivery.ParseTimes(tc.at)
			if err != nil {
				t.Fatal(err)
			}
			now, err := time.Parse(time.RFC3339, tc.now)
			if err != nil {
				t.Fatal(err)
			}
			s := &delivery.Schedule{Want: delivery.Want{Zone: vienna}, At: times}
			last, next := s.Around(now)
			if last.Format(time.RFC3339) != tc.last || next.Format(time.RFC3339) != tc.next {
				t.Errorf("%s and %s, want %s and %s", last.Format(time.RFC3339), next.Format(time.RFC3339), tc.last, tc.next)
			}
		})
	}
	for _, bad := range []string{"", "7", "25:00", "07:00,", "noon"} {
		if got, err := delivery.ParseTimes(bad); err == nil {
			t.Errorf("%q is %v", bad, got)
		}
	}
}

// TestDowntimeIsCaughtUpOnce lets days pass while nothing runs.
func TestDowntimeIsCaughtUpOnce(t *testing.T) {
	dir := t.TempDir()
	db := open(t, filepath.Join(dir, "newsfold.db"))
	now := start // 06:00
	file := filepath.Join(dir, "digest.txt")
	want := daily("text")
	want.Zone = time.UTC
	s := &delivery.Schedule{
		Desk: &delivery.Desk{DB: db, Now: func() time.Time { return now }, Log: quiet()},
		Want: want, To: []delivery.Recipient{{Kind: delivery.File, To: file}}, At: []delivery.TimeOfDay{{Hour: 7}},
	}
	keep := func(sent bool) {
		t.Helper()
		_ = os.Remove(file)
		if ok, err := s.Keep(t.Context()); err != nil || !ok {
			t.Fatalf("%v, %v", ok, err)
		}
		if _, err := os.Stat(file); (err == nil) != sent {
			t.Fatalf("at %v: delivered is %v, want %v", now, err == nil, sent)
		}
	}
	put(t, db, now.Add(-time.Hour), "Ferry back")
	keep(false) // who is new waits for the next one
	now = start.Add(time.Hour)
	keep(true)
	keep(false)
	now = now.Add(time.Hour)
	put(t, db, now, "Bridge open")
	keep(false)
	now = start.AddDate(0, 0, 5) // 06:00, after four appointments
	keep(true)
	keep(false)
	now = now.Add(time.Hour)
	keep(false) // nothing new is said, not sent
	put(t, db, now, "Cat on roof")
	now = now.Add(2 * time.Hour)
	keep(false)
	now = now.AddDate(0, 0, 1)
	keep(true)
}
