package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"newsfold/internal/river"
	"newsfold/store"
)

// ledgerShelf holds a record for each recipient of each digest.
const ledgerShelf = "deliveries"

// record is what the store knows of a recipient of a digest.
type record struct {
	Cursor  river.Cursor  `json:"cursor"`            // up to where it was told
	Sending *river.Cursor `json:"sending,omitempty"` // a digest up to there is being sent
	Slot    time.Time     `json:"slot,omitzero"`     // the appointment that was kept last
	Doubt   time.Time     `json:"doubt,omitzero"`    // of a digest that may be missing
	Error   string        `json:"error,omitempty"`   // why the last one was not sent
}

func ledgerKey(name string, r Recipient) []byte {
	key := fmt.Sprintf("%s %s %s", name, r.Kind, r.To)
	return []byte(key[:min(len(key), 1000)])
}

func readRecord(tx store.Tx, key []byte) (rec record, err error) {
	v, err := tx.Shelf(ledgerShelf).Get(key)
	if err != nil || v == nil {
		return rec, err
	}
	if err := json.Unmarshal(v, &rec); err != nil {
		return rec, fmt.Errorf("what was delivered is not known: %w", err)
	}
	return rec, nil
}

func (d *Desk) change(ctx context.Context, key []byte, fn func(*record) error) (rec record, err error) {
	err = d.DB.Update(ctx, func(tx store.Tx) error {
		if rec, err = readRecord(tx, key); err != nil {
			return err
		}
		if err := fn(&rec); err != nil {
			return err
		}
		v, err := json.Marshal(rec)
		if err != nil {
			return err
		}
		return tx.Shelf(ledgerShelf).Put(key, v)
	})
	return rec, err
}

// Outcome says what became of a delivery.
type Outcome struct {
	Recipient Recipient `json:"recipient"`
	Stories   int       `json:"stories"`
	Updated   int       `json:"updated,omitempty"`
	// Sent is false when there was nothing to send, or when it failed.
	Sent  bool   `json:"sent"`
	Doubt bool   `json:"doubt,omitempty"` // it may have been delivered, and is not sent again
	Error string `json:"error,omitempty"`
}

// errDoubt says that nobody knows whether a digest was delivered.
var errDoubt = errors.New("whether it arrived is not known")

// Deliver makes a digest for a recipient and brings it there. slot is the
// appointment that this keeps, zero for none. An error is also in the outcome.
//
// A digest since the last one moves the recipient's cursor when it was delivered;
// one of a stated window leaves it alone.
func (d *Desk) Deliver(ctx context.Context, w Want, r Recipient, slot time.Time) (out Outcome, err error) {
	out.Recipient = r
	defer func() {
		if err != nil {
			err = fmt.Errorf("digest for %s: %w", r, err)
			out.Error, out.Doubt = err.Error(), errors.Is(err, errDoubt)
		}
	}()
	key := ledgerKey(w.Name, r)
	rec, err := d.settle(ctx, key, r)
	if err != nil {
		return out, err
	}
	e, err := d.Make(ctx, w, rec.Cursor)
	if err != nil {
		return out, err
	}
	if !rec.Doubt.IsZero() {
		e.Note = strings.TrimSpace(doubted(rec.Doubt) + e.Note)
	}
	out.Stories, out.Updated = len(e.Stories), len(e.Updated)
	if e.Empty() && !w.Empty {
		_, err := d.change(ctx, key, func(rec *record) error { return rec.delivered(w, e, slot, rec.Doubt) })
		return out, err
	}
	marked := false
	mark := func() error {
		_, err := d.change(ctx, key, func(rec *record) error {
			if rec.Sending != nil {
				return errors.New("another newsfold is sending it at this moment")
			}
			rec.Sending, rec.Slot = &e.Next, later(rec.Slot, slot)
			return nil
		})
		marked = err == nil
		return err
	}
	err = d.send(ctx, parcel{Edition: e, want: w, to: r, slot: slot, last: rec.Cursor}, mark)
	// What is known now is kept even when the sender was told to stop.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	switch {
	case err == nil:
		out.Sent = true
		_, err = d.change(ctx, key, func(rec *record) error { return rec.delivered(w, e, slot, time.Time{}) })
	case errors.Is(err, errDoubt):
		_, failed := d.settle(ctx, key, r)
		err = errors.Join(err, failed)
	default:
		_, failed := d.change(ctx, key, func(now *record) error {
			if marked {
				now.Sending, now.Slot = nil, rec.Slot
			}
			now.Error = err.Error()
			return nil
		})
		err = errors.Join(err, failed)
	}
	return out, err
}

// doubted says in a digest that the one of before may be missing.
func doubted(at time.Time) string {
	return fmt.Sprintf("The digest of %s may not have reached you. Its stories are in the reader still. ", at.UTC().Format("2 Jan 2006 15:04 UTC"))
}

// delivered notes that an edition reached its recipient.
func (rec *record) delivered(w Want, e Edition, slot, doubt time.Time) error {
	if w.Last && e.Next.Seq >= rec.Cursor.Seq {
		rec.Cursor = e.Next
	}
	rec.Sending, rec.Slot, rec.Doubt, rec.Error = nil, later(rec.Slot, slot), doubt, ""
	return nil
}

// settle decides on a digest that was being sent when its sender died or lost
// the connection: it may be there, so it is not sent again.
func (d *Desk) settle(ctx context.Context, key []byte, r Recipient) (rec record, err error) {
	err = d.DB.View(ctx, func(tx store.Tx) (err error) {
		rec, err = readRecord(tx, key)
		return err
	})
	if err != nil || rec.Sending == nil {
		return rec, err
	}
	d.Log.Warn("a digest was being sent when its delivery broke off: it is taken for sent", "to", r.String())
	return d.change(ctx, key, func(rec *record) error {
		if rec.Sending == nil {
			return nil
		}
		if !rec.Sending.At.IsZero() {
			rec.Cursor, rec.Doubt = *rec.Sending, rec.Sending.At
		}
		rec.Sending = nil
		return nil
	})
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// parcel is an edition on its way.
type parcel struct {
	Edition
	want Want
	to   Recipient
	slot time.Time
	last river.Cursor // up to where the recipient was told before
}

// send brings a parcel to its recipient. What cannot be taken back calls mark
// before it is out of hand, and does not go on when that fails. errDoubt is
// returned when it may have been delivered; any other error says that it was not.
func (d *Desk) send(ctx context.Context, p parcel, mark func() error) error {
	switch p.to.Kind {
	case Mail:
		return d.mail(ctx, p, mark)
	case Hook:
		return d.hook(ctx, p, mark)
	case File:
		return d.file(p)
	case Folder:
		return d.folder(p)
	}
	return fmt.Errorf("%q is no way to deliver", p.to.Kind)
}
