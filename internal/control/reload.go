package control

import (
	"context"
	"net/http"
)

// Reloaded says what a daemon did when it read its configuration again.
type Reloaded struct {
	Live    []Reset `json:"live"`    // in force from now on
	Restart []Reset `json:"restart"` // in force when the daemon is started again
}

// Reset is a setting that has another value now.
type Reset struct {
	Key  string `json:"key"`
	From any    `json:"from"`
	To   any    `json:"to"`
}

// Reload has a daemon read its configuration again. When it has answered, the
// next call waits until the daemon goes on with the new settings.
func (c *Client) Reload(ctx context.Context) (Reloaded, error) {
	return ask[Reloaded](ctx, c, "POST", "/v1/reload", nil, nil)
}

func (s *Server) reload(*http.Request) (any, error) {
	if s.Reload == nil {
		return nil, invalid("no daemon runs here that could read its configuration again")
	}
	done, err := s.Reload()
	if err != nil {
		return nil, invalid("the daemon goes on as it was: %v", err)
	}
	return done, nil
}
