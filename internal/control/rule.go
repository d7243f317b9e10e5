package control

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"newsfold"
	"newsfold/internal/ingest"
	"newsfold/internal/rule"
	"newsfold/store"
)

// RuleRequest asks for a rule, or for what it would do.
type RuleRequest struct {
	Feed  string   `json:"feed,omitempty"` // by ID, URL or title; empty: any
	Match string   `json:"match"`          // see package rule
	Do    []string `json:"do"`             // see rule.ParseAction
	// Since is from when on stories are gone through at once; zero: none are.
	Since  time.Time `json:"since,omitzero"`
	DryRun bool      `json:"dry_run,omitempty"`
}

// Ruled is a rule with what it has done, or would do, to stories that are there.
type Ruled struct {
	Rule    rule.Rule       `json:"rule"` // without a number when it was not made
	Effects []ingest.Effect `json:"effects"`
	DryRun  bool            `json:"dry_run,omitempty"`
}

// Unruled is a rule that was removed.
type Unruled struct {
	Rule   rule.Rule `json:"rule"`
	Undone int       `json:"undone"` // articles because of which it had done something that was taken back
}

// AddRule makes a rule or, with DryRun, says what it would do.
func (c *Client) AddRule(ctx context.Context, req RuleRequest) (Ruled, error) {
	return ask[Ruled](ctx, c, "POST", "/v1/rules", nil, req)
}

// Rules returns the rules, by number.
func (c *Client) Rules(ctx context.Context) ([]rule.Rule, error) {
	return ask[[]rule.Rule](ctx, c, "GET", "/v1/rules", nil, nil)
}

// RemoveRule ends a rule and, with undo, takes back what it has done.
func (c *Client) RemoveRule(ctx context.Context, id int64, undo bool) (Unruled, error) {
	q := url.Values{"undo": {strconv.FormatBool(undo)}}
	return ask[Unruled](ctx, c, "DELETE", "/v1/rules/"+strconv.FormatInt(id, 10), q, nil)
}

func (s *Server) addRule(r *http.Request) (any, error) {
	req, err := decode[RuleRequest](r)
	if err != nil {
		return nil, err
	}
	made := Ruled{Rule: rule.Rule{Match: req.Match}, DryRun: req.DryRun}
	if len(req.Do) == 0 {
		return nil, invalid("a rule that does nothing: say what to do, hide, read, star, tag:X or never-fold")
	}
	for _, v := range req.Do {
		act, err := rule.ParseAction(v)
		if err != nil {
			return nil, invalid("%v", err)
		}
		made.Rule.Do = append(made.Rule.Do, act)
	}
	if req.Feed != "" {
		err := s.DB.View(r.Context(), func(tx store.Tx) error {
			f, err := resolve(tx, req.Feed)
			made.Rule.Feed = f.ID
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if req.DryRun {
		made.Effects, err = s.Engine.TryRule(r.Context(), made.Rule, req.Since)
	} else {
		made.Rule, made.Effects, err = s.Engine.AddRule(r.Context(), made.Rule, req.Since)
	}
	var wrong *rule.Error
	if errors.As(err, &wrong) || errors.Is(err, ingest.ErrRules) {
		return nil, invalid("%v", err)
	}
	return made, err
}

func (s *Server) rules(r *http.Request) (any, error) {
	all := []rule.Rule{}
	err := s.DB.View(r.Context(), func(tx store.Tx) error {
		found, err := ingest.ReadRules(tx)
		all = append(all[:0], found...)
		return err
	})
	return all, err
}

func (s *Server) removeRule(r *http.Request) (any, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, invalid("%q is no number of a rule", r.PathValue("id"))
	}
	gone, n, err := s.Engine.RemoveRule(r.Context(), id, r.URL.Query().Get("undo") == "true")
	if errors.Is(err, newsfold.ErrNotFound) {
		return nil, &Error{NotFound, err.Error() + "; `newsfold rule list` lists them"}
	}
	return Unruled{gone, n}, err
}
