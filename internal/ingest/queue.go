package ingest

// queue hands out work fairly between hosts: first come first served within a
// host, hosts in turn, and never more than perHost of one host at a time. So a
// slow or crowded host keeps only its own work waiting. It is not safe for
// concurrent use.
type queue[T any] struct {
	perHost int
	hosts   map[string]*lane[T]
	ready   []*lane[T] // have work and room, in turn
	waiting int        // queued, not handed out
	running int        // handed out, not done
}

type lane[T any] struct {
	host    string
	items   []T
	running int
	listed  bool // in ready
}

func newQueue[T any](perHost int) *queue[T] {
	return &queue[T]{perHost: perHost, hosts: map[string]*lane[T]{}}
}

// push adds work for a host.
func (q *queue[T]) push(host string, item T) {
	l := q.hosts[host]
	if l == nil {
		l = &lane[T]{host: host}
		q.hosts[host] = l
	}
	l.items = append(l.items, item)
	q.waiting++
	q.list(l)
}

// pop takes the next piece of work, if one may start now. done must be called
// with its host.
func (q *queue[T]) pop() (host string, item T, ok bool) {
	if len(q.ready) == 0 {
		return "", item, false
	}
	l := q.ready[0]
	q.ready = q.ready[1:]
	l.listed = false
	item = l.items[0]
	l.items = l.items[1:]
	l.running++
	q.waiting--
	q.running++
	q.list(l)
	return l.host, item, true
}

// done says that work of a host has ended.
func (q *queue[T]) done(host string) {
	l := q.hosts[host]
	l.running--
	q.running--
	if len(l.items) == 0 && l.running == 0 {
		delete(q.hosts, host)
		return
	}
	q.list(l)
}

// length returns how much of a host is queued.
func (q *queue[T]) length(host string) int {
	if l := q.hosts[host]; l != nil {
		return len(l.items)
	}
	return 0
}

func (q *queue[T]) list(l *lane[T]) {
	if !l.listed && len(l.items) > 0 && l.running < q.perHost {
		l.listed = true
		q.ready = append(q.ready, l)
	}
}
