package web

import (
	"time"

	"newsfold"
	"newsfold/internal/river"
	"newsfold/store"
)

// spread is the picture of who published when.
type spread struct{}

func (s *server) spread(river.Story, map[newsfold.FeedID]time.Duration) *spread { return nil }

func pollGaps(store.Tx, river.Story, map[newsfold.FeedID]time.Duration) error { return nil }
