package access

import (
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"newsfold/store"
)

// What can go wrong with whoever wants in.
var (
	// ErrRefused says that name or password are wrong. Which of them is not
	// said.
	ErrRefused = errors.New("wrong name or password")
	// ErrWait says that there were too many failures from an address; the
	// error that wraps it is a [*WaitError].
	ErrWait = errors.New("too many attempts")
	// ErrPassword says that a password or name cannot be used; the error that
	// wraps it says why.
	ErrPassword = errors.New("unusable password")
)

// WaitError says how long an address has to wait.
type WaitError struct{ For time.Duration }

func (e *WaitError) Error() string {
	return fmt.Sprintf("too many attempts with a wrong password: wait %s", e.For.Round(time.Second))
}

func (e *WaitError) Unwrap() error { return ErrWait }

// Options say what a [Gate] works on. Only DB is needed.
type Options struct {
	DB  store.DB
	Now func() time.Time // nil: time.Now
	// Strict lets nobody in as long as no password is set: for daemons that
	// others can reach.
	Strict bool
}

// Gate decides. Its methods are safe for concurrent use. What is set lies in
// the store: another process that opens the same store sees it.
type Gate struct {
	db       store.DB
	now      func() time.Time
	strict   bool
	secret   atomic.Pointer[[]byte] // of the store, never shown
	hashing  chan struct{}          // held while a password is hashed: that takes memory
	failures failures
}

// shelf keeps what is set, under the keys below.
const shelf = "access"

var (
	keySecret   = []byte("secret")
	keyPassword = []byte("password")
	keyApp      = []byte("app")
	sessionKeys = []byte("s/")
)

// login is what is stored of a password: for people a hash, for apps the two
// digests that they are checked with.
type login struct {
	User string `json:"user"`
	Hash string `json:"hash,omitempty"` // of the password, in the PHC string format
	Sum  string `json:"sum,omitempty"`  // SHA-256 of the app password
	MD5  string `json:"md5,omitempty"`  // of "user:password", as Fever's apps send it
}

// Open returns the gate of a store. It only reads.
func Open(ctx context.Context, opts Options) (*Gate, error) {
	g := &Gate{db: opts.DB, now: opts.Now, strict: opts.Strict, hashing: make(chan struct{}, 1)}
	if g.now == nil {
		g.now = time.Now
	}
	err := g.db.View(ctx, func(tx store.Tx) error {
		secret, err := tx.Shelf(shelf).Get(keySecret)
		if secret != nil {
			g.secret.Store(&secret)
		}
		return err
	})
	return g, err
}

// Prepare makes the secret that tokens and signatures are derived from, unless
// the store has one. It has to come before [Gate.Sign] and [Gate.Form].
func (g *Gate) Prepare(ctx context.Context) error {
	if g.secret.Load() != nil {
		return nil
	}
	var secret []byte
	err := g.db.Update(ctx, func(tx store.Tx) (err error) {
		sh := tx.Shelf(shelf)
		if secret, err = sh.Get(keySecret); err != nil || secret != nil {
			return err // another daemon was quicker
		}
		secret = random(32)
		return sh.Put(keySecret, secret)
	})
	if err == nil {
		g.secret.Store(&secret)
	}
	return err
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails, see crypto/rand
	return b
}

// load reads what is stored under a key; nil when nothing is.
func (g *Gate) load(ctx context.Context, key []byte) (*login, error) {
	var l *login
	err := g.db.View(ctx, func(tx store.Tx) error {
		l = nil
		v, err := tx.Shelf(shelf).Get(key)
		if err != nil || v == nil {
			return err
		}
		l = &login{}
		return json.Unmarshal(v, l)
	})
	if err != nil {
		return nil, fmt.Errorf("read the stored %s: %w", key, err)
	}
	return l, nil
}

func (g *Gate) save(ctx context.Context, key []byte, l *login, also func(store.Shelf) error) error {
	v, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return g.db.Update(ctx, func(tx store.Tx) error {
		sh := tx.Shelf(shelf)
		if err := sh.Put(key, v); err != nil || also == nil {
			return err
		}
		return also(sh)
	})
}

// Protected reports whether one has to show something to get in: a password
// is set, or the gate is strict.
func (g *Gate) Protected(ctx context.Context) (bool, error) {
	if g.strict {
		return true, nil
	}
	return g.HasPassword(ctx)
}

// HasPassword reports whether a password is set.
func (g *Gate) HasPassword(ctx context.Context) (bool, error) {
	l, err := g.load(ctx, keyPassword)
	return l != nil, err
}

// User is the name that the person has chosen; empty when no password is set.
func (g *Gate) User(ctx context.Context) (string, error) {
	l, err := g.load(ctx, keyPassword)
	if l == nil {
		return "", err
	}
	return l.User, err
}

// The length of a password, in runes and in bytes.
const (
	shortest = 8
	longest  = 1024
	longName = 64
)

// SetPassword sets the name and the password of the person, and ends all
// sessions. It fails with [ErrPassword] when they cannot be used.
func (g *Gate) SetPassword(ctx context.Context, user, password string) error {
	user = strings.TrimSpace(user)
	switch {
	case user == "" || len(user) > longName || strings.ContainsFunc(user, func(r rune) bool { return r < ' ' || r == ':' || r == 0x7f }):
		return fmt.Errorf("%w: a name has 1 to %d bytes and no colon", ErrPassword, longName)
	case !utf8.ValidString(password) || utf8.RuneCountInString(password) < shortest:
		return fmt.Errorf("%w: it has fewer than %d characters", ErrPassword, shortest)
	case len(password) > longest:
		return fmt.Errorf("%w: it is longer than %d bytes", ErrPassword, longest)
	}
	hash, err := g.hash(ctx, password)
	if err != nil {
		return err
	}
	return g.save(ctx, keyPassword, &login{User: user, Hash: hash}, func(sh store.Shelf) error {
		if err := drop(sh, sessionKeys); err != nil {
			return err
		}
		return sh.Delete(keyApp) // it was made for the old name
	})
}

// ClearPassword takes the passwords away and ends all sessions.
func (g *Gate) ClearPassword(ctx context.Context) error {
	return g.db.Update(ctx, func(tx store.Tx) error {
		sh := tx.Shelf(shelf)
		for _, key := range [][]byte{keyPassword, keyApp} {
			if err := sh.Delete(key); err != nil {
				return err
			}
		}
		return drop(sh, sessionKeys)
	})
}

func drop(sh store.Shelf, prefix []byte) error {
	var keys [][]byte
	for p, err := range sh.All(prefix) {
		if err != nil {
			return err
		}
		keys = append(keys, p.Key)
	}
	for _, k := range keys {
		if err := sh.Delete(k); err != nil {
			return err
		}
	}
	return nil
}

// letters are those of app passwords and tokens: nothing that is confused with
// another, or that means something in an address or a configuration file.
var letters = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// NewApp makes a new app password, which ends the one before, and returns the
// name and the password that apps log in with. There has to be a password
// first; otherwise it fails with [ErrPassword].
func (g *Gate) NewApp(ctx context.Context) (user, password string, err error) {
	if user, err = g.User(ctx); err != nil {
		return "", "", err
	}
	if user == "" {
		return "", "", fmt.Errorf("%w: set the password of the reader page first", ErrPassword)
	}
	password = letters.EncodeToString(random(15)) // 120 bits in 24 letters
	sum := sha256.Sum256([]byte(password))
	digest := md5.Sum([]byte(user + ":" + password))
	err = g.save(ctx, keyApp, &login{User: user, Sum: hex.EncodeToString(sum[:]), MD5: hex.EncodeToString(digest[:])}, nil)
	return user, password, err
}

// App checks the name and the password that an app sends from an address. It
// returns the token that the app shows from then on ([Gate.Holds] with purpose
// "app"). Without a password set, anything will do. Otherwise it fails with
// [ErrRefused] or [ErrWait].
func (g *Gate) App(ctx context.Context, from, user, password string) (token string, err error) {
	protected, err := g.Protected(ctx)
	if err != nil {
		return "", err
	}
	if protected {
		if err := g.failures.waiting(from, g.now()); err != nil {
			return "", err
		}
		l, err := g.load(ctx, keyApp)
		if err != nil {
			return "", err
		}
		sum := sha256.Sum256([]byte(password))
		if l == nil || !strings.EqualFold(l.User, user) || !equal(l.Sum, hex.EncodeToString(sum[:])) {
			g.failures.add(from, g.now())
			return "", ErrRefused
		}
		g.failures.forget(from)
	}
	return g.Token(ctx, ForApps)
}

// Digest checks what an app of the Fever API sends from an address: the MD5 of
// name and password. The errors are those of [Gate.App].
func (g *Gate) Digest(ctx context.Context, from, digest string) error {
	protected, err := g.Protected(ctx)
	if err != nil || !protected {
		return err
	}
	if err := g.failures.waiting(from, g.now()); err != nil {
		return err
	}
	l, err := g.load(ctx, keyApp)
	if err != nil {
		return err
	}
	if l == nil || !equal(l.MD5, strings.ToLower(digest)) {
		g.failures.add(from, g.now())
		return ErrRefused
	}
	g.failures.forget(from)
	return nil
}

// Purpose is what a token is for.
type Purpose string

// The purposes.
const (
	ForApps  Purpose = "app"  // sync APIs, after the app password was shown
	ForAPI   Purpose = "api"  // the JSON API and the metrics
	ForFeeds Purpose = "feed" // feeds of stories, which have it in their address
	ForImage Purpose = "img"  // pictures through the proxy: signs their addresses
)

// Token returns the token of a purpose. That for apps changes with the app
// password; all change when the secret is renewed.
func (g *Gate) Token(ctx context.Context, p Purpose) (string, error) {
	if err := g.Prepare(ctx); err != nil {
		return "", err
	}
	of := string(p)
	if p == ForApps {
		l, err := g.load(ctx, keyApp)
		if err != nil {
			return "", err
		}
		if l != nil {
			of += "\x00" + l.Sum
		}
	}
	return letters.EncodeToString(g.sign(of)[:15]), nil
}

// Holds reports whether a token is that of a purpose.
func (g *Gate) Holds(ctx context.Context, p Purpose, token string) (bool, error) {
	want, err := g.Token(ctx, p)
	return err == nil && equal(want, token), err
}

// Sign returns a signature, in letters and digits, that only this store makes
// for a text.
func (g *Gate) Sign(p Purpose, text string) string {
	return base64.RawURLEncoding.EncodeToString(g.sign(string(p) + "\x00" + text)[:15])
}

// Signed reports whether a signature is that of a text.
func (g *Gate) Signed(p Purpose, text, signature string) bool {
	return equal(g.Sign(p, text), signature)
}

func (g *Gate) sign(text string) []byte {
	secret := g.secret.Load()
	if secret == nil {
		panic("access: nothing can be signed before Prepare") // else anybody could
	}
	m := hmac.New(sha256.New, *secret)
	m.Write([]byte(text))
	return m.Sum(nil)
}

// equal compares in a time that does not tell where two strings differ.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
