package delivery

import "time"

// Signature is what a web hook checks.
var Signature = signature

// HookKey is the key that a secret stands for.
var HookKey = hookKey

// Around tells the appointments before and after a time.
func (s *Schedule) Around(now time.Time) (last, next time.Time) { return s.around(now) }
