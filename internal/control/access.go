package control

import (
	"context"
	"errors"
	"net/http"

	"newsfold/internal/access"
)

// PasswordRequest sets, or takes away, the password of the reader page.
type PasswordRequest struct {
	User     string `json:"user"`
	Password string `json:"password"`
	Clear    bool   `json:"clear,omitempty"`
}

// AppLogin is what an app logs in with.
type AppLogin struct {
	User     string `json:"user"`
	Password string `json:"password"`
}

// Tokens are the tokens of a store, by purpose.
type Tokens struct {
	API  string `json:"api"`  // for the JSON API and the metrics
	Feed string `json:"feed"` // in the addresses of feeds
}

func (s *Server) password(r *http.Request) (any, error) {
	req, err := decode[PasswordRequest](r)
	if err != nil {
		return nil, err
	}
	if req.Clear {
		return struct{}{}, s.Gate.ClearPassword(r.Context())
	}
	return struct{}{}, unusable(s.Gate.SetPassword(r.Context(), req.User, req.Password))
}

func (s *Server) appPassword(r *http.Request) (any, error) {
	var l AppLogin
	var err error
	l.User, l.Password, err = s.Gate.NewApp(r.Context())
	return l, unusable(err)
}

func unusable(err error) error {
	if errors.Is(err, access.ErrPassword) {
		return &Error{Invalid, err.Error()}
	}
	return err
}

func (s *Server) tokens(r *http.Request) (any, error) {
	if r.Method == http.MethodPost {
		if err := s.Gate.Renew(r.Context()); err != nil {
			return nil, err
		}
	}
	var t Tokens
	var err error
	if t.API, err = s.Gate.Token(r.Context(), access.ForAPI); err != nil {
		return nil, err
	}
	t.Feed, err = s.Gate.Token(r.Context(), access.ForFeeds)
	return t, err
}

// SetPassword sets, or takes away, the password of the reader page.
func (c *Client) SetPassword(ctx context.Context, req PasswordRequest) error {
	_, err := ask[struct{}](ctx, c, "POST", "/v1/password", nil, req)
	return err
}

// NewAppPassword makes a new app password, which ends the one before.
func (c *Client) NewAppPassword(ctx context.Context) (AppLogin, error) {
	return ask[AppLogin](ctx, c, "POST", "/v1/password/app", nil, nil)
}

// Tokens returns the tokens of the store; renew ends all that were given out
// before.
func (c *Client) Tokens(ctx context.Context, renew bool) (Tokens, error) {
	method := "GET"
	if renew {
		method = "POST"
	}
	return ask[Tokens](ctx, c, method, "/v1/tokens", nil, nil)
}
