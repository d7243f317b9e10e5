package access

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strings"
	"time"

	"newsfold/store"
)

// lasting is how long a session lives after it was last renewed, and renewal how
// old it gets before it is.
const (
	lasting      = 30 * 24 * time.Hour
	renewal      = 24 * time.Hour
	mostSessions = 100
)

// session is what is stored of one, under a hash of its token.
type session struct {
	Until time.Time `json:"until"`
}

// Lasting is how long a browser may keep the token of a session.
func Lasting() time.Duration { return lasting }

func sessionKey(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return append(append([]byte(nil), sessionKeys...), sum[:]...)
}

// Login checks the name and the password that a person sends from an address,
// and opens a session. It fails with [ErrRefused] or [ErrWait].
func (g *Gate) Login(ctx context.Context, from, user, password string) (token string, err error) {
	// A failure counts before the hash is made: many at once must not slip
	// through while one is being made.
	if err := g.failures.attempt(from, g.now()); err != nil {
		return "", err
	}
	l, err := g.load(ctx, keyPassword)
	if err != nil {
		return "", err
	}
	ok := false
	if l != nil && len(password) <= longest {
		if ok, err = g.matches(ctx, l.Hash, password); err != nil {
			return "", err
		}
	}
	if !ok || !strings.EqualFold(l.User, strings.TrimSpace(user)) {
		return "", ErrRefused
	}
	g.failures.forget(from)
	token = letters.EncodeToString(random(20))
	err = g.db.Update(ctx, func(tx store.Tx) error { return g.open(tx.Shelf(shelf), token) })
	return token, err
}

// open stores a session and drops those that are over; of too many, those that
// end first.
func (g *Gate) open(sh store.Shelf, token string) error {
	now := g.now()
	var first []byte
	var firstEnd time.Time
	n := 0
	var over [][]byte
	for p, err := range sh.All(sessionKeys) {
		if err != nil {
			return err
		}
		var s session
		if json.Unmarshal(p.Value, &s) != nil || !s.Until.After(now) {
			over = append(over, p.Key)
			continue
		}
		if n++; first == nil || s.Until.Before(firstEnd) {
			first, firstEnd = p.Key, s.Until
		}
	}
	if n >= mostSessions {
		over = append(over, first)
	}
	for _, k := range over {
		if err := sh.Delete(k); err != nil {
			return err
		}
	}
	return g.keep(sh, token)
}

func (g *Gate) keep(sh store.Shelf, token string) error {
	v, err := json.Marshal(session{Until: g.now().Add(lasting).UTC()})
	if err != nil {
		return err
	}
	return sh.Put(sessionKey(token), v)
}

// Session reports whether a token is that of an open session, and renews it
// once a day.
func (g *Gate) Session(ctx context.Context, token string) (bool, error) {
	if token == "" || len(token) > 100 {
		return false, nil
	}
	var s session
	err := g.db.View(ctx, func(tx store.Tx) error {
		s = session{}
		v, err := tx.Shelf(shelf).Get(sessionKey(token))
		if err != nil || v == nil {
			return err
		}
		return json.Unmarshal(v, &s)
	})
	now := g.now()
	if err != nil || !s.Until.After(now) {
		return false, err
	}
	if s.Until.Sub(now) < lasting-renewal {
		err = g.db.Update(ctx, func(tx store.Tx) error { return g.keep(tx.Shelf(shelf), token) })
	}
	return true, err
}

// Logout ends a session.
func (g *Gate) Logout(ctx context.Context, token string) error {
	return g.db.Update(ctx, func(tx store.Tx) error { return tx.Shelf(shelf).Delete(sessionKey(token)) })
}

// Form returns what the forms of a session carry, so that no other site can
// send them; it changes every day, and [Gate.FromForm] takes that of the day
// before too. It looks different each time, so that the length of a compressed
// page tells nothing of it (BREACH).
func (g *Gate) Form(session string) string {
	mask := random(formLen)
	return base64.RawURLEncoding.EncodeToString(append(mask, mix(g.form(session, g.today()), mask)...))
}

// FromForm reports whether a form was made for a session.
func (g *Gate) FromForm(session, token string) bool {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) != 2*formLen {
		return false
	}
	sum := mix(b[formLen:], b[:formLen])
	return hmac.Equal(g.form(session, g.today()), sum) || hmac.Equal(g.form(session, g.today()-1), sum)
}

// formLen is how long the secret part of a form's token is, in bytes.
const formLen = 16

func mix(b, mask []byte) []byte {
	out := make([]byte, len(b))
	for i := range b {
		out[i] = b[i] ^ mask[i]
	}
	return out
}

func (g *Gate) today() int64 { return g.now().Unix() / (24 * 3600) }

func (g *Gate) form(session string, day int64) []byte {
	return g.sign("form\x00" + string(binary.BigEndian.AppendUint64([]byte(session+"\x00"), uint64(day))))[:formLen]
}

// Renew makes a new secret: all tokens, sessions and signatures end. Other
// daemons over the same store learn of it when they start again.
func (g *Gate) Renew(ctx context.Context) error {
	fresh := random(32)
	err := g.db.Update(ctx, func(tx store.Tx) error {
		sh := tx.Shelf(shelf)
		if err := drop(sh, sessionKeys); err != nil {
			return err
		}
		return sh.Put(keySecret, fresh)
	})
	if err == nil {
		g.secret.Store(&fresh)
	}
	return err
}
