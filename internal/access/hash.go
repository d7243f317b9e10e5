package access

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of a hash: what OWASP's Password Storage Cheat Sheet names as the
// least for argon2id, which takes a small machine some 30 ms.
const (
	memory = 19 << 10 // KiB
	passes = 2
	lanes  = 1
	keyLen = 32
)

// Limits of what a stored hash may ask for.
const (
	maxMemory = 1 << 20 // KiB
	maxPasses = 64
)

// hash returns the argon2id hash of a password in the PHC string format. One
// is made at a time, so that many who ask at once do not fill the memory.
func (g *Gate) hash(ctx context.Context, password string) (string, error) {
	salt := random(16)
	sum, err := g.derive(ctx, password, salt, memory, passes)
	if err != nil {
		return "", err
	}
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes, b.EncodeToString(salt), b.EncodeToString(sum)), nil
}

var errHash = errors.New("the stored hash is of a kind that this version does not know")

// matches reports whether a hash is that of a password.
func (g *Gate) matches(ctx context.Context, hash, password string) (bool, error) {
	var version, mem, times, par int
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errHash
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &mem, &times, &par); err != nil ||
		version != argon2.Version || par != lanes || mem < 8 || mem > maxMemory || times < 1 || times > maxPasses {
		return false, errHash
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) != keyLen {
		return false, errHash
	}
	sum, err := g.derive(ctx, password, salt, uint32(mem), uint32(times))
	return err == nil && subtle.ConstantTimeCompare(sum, want) == 1, err
}

func (g *Gate) derive(ctx context.Context, password string, salt []byte, mem, times uint32) ([]byte, error) {
	select {
	case g.hashing <- struct{}{}:
		defer func() { <-g.hashing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password), salt, times, mem, lanes, keyLen), nil
}
