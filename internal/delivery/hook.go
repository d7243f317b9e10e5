package delivery

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"newsfold/internal/digest"
)

// hookTimeout is how long a web hook has for its answer.
const hookTimeout = 30 * time.Second

// hook sends a digest to a web hook, as https://www.standardwebhooks.com says:
// with an ID that stays when the same digest is sent again, a time, and a
// signature of both and the body.
func (d *Desk) hook(ctx context.Context, p parcel, mark func() error) error {
	body, err := render(p.Edition, p.want.Format)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, hookTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.to.To, bytes.NewReader(body))
	if err != nil {
		return err
	}
	id, at := "newsfold_"+p.id(), strconv.FormatInt(d.Now().Unix(), 10)
	req.Header.Set("Content-Type", digest.Type(p.want.Format))
	req.Header.Set("User-Agent", "newsfold")
	req.Header.Set("Webhook-Id", id)
	req.Header.Set("Webhook-Timestamp", at)
	if d.Secret != "" {
		key, err := hookKey(d.Secret)
		if err != nil {
			return err
		}
		req.Header.Set("Webhook-Signature", "v1,"+signature(key, id, at, body))
	}
	if err := mark(); err != nil {
		return err
	}
	client := d.HTTP
	if client == nil {
		client = &http.Client{}
	}
	once := *client
	once.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := once.Do(req)
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) && op.Op == "dial" {
			return fmt.Errorf("the web hook cannot be reached: %w", op)
		}
		return fmt.Errorf("the web hook did not answer (%v): %w", errors.Unwrap(err), errDoubt)
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return fmt.Errorf("the web hook answers %s", res.Status)
	}
	return nil
}

// hookKey returns the key that a secret stands for.
func hookKey(secret string) ([]byte, error) {
	encoded, ok := strings.CutPrefix(secret, "whsec_")
	if !ok {
		return []byte(secret), nil
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, errors.New("the secret of web hooks begins with whsec_, and what follows is no Base64")
	}
	return key, nil
}

// signature is the symmetric signature of Standard Webhooks.
func signature(key []byte, id, at string, body []byte) string {
	h := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(h, "%s.%s.", id, at)
	h.Write(body)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// id names what is sent: the digest, the recipient, and up to where that was told
// before.
func (p *parcel) id() string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%q %q %q %d %d %s %s", p.want.Name, p.to.Kind, p.to.To, p.last.Seq, p.Next.Seq, p.Since.UTC(), p.Until.UTC())
	return hex.EncodeToString(h.Sum(nil)[:16])
}
