package control

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// SocketPath is where the daemon of a store's directory listens.
func SocketPath(dir string) string { return filepath.Join(dir, "newsfold.sock") }

// maxPath is about what kernels take for the path of a socket, in bytes.
const maxPath = 100

// Listen opens the socket of a directory, which is made where it is not there. A
// socket that nobody answers was left behind by a process that died, and is removed.
// Two that listen at the same moment are kept apart by the lock of the store, where it
// is in the directory.
func Listen(ctx context.Context, dir string) (net.Listener, error) {
	path := SocketPath(dir)
	if _, ok, err := Dial(ctx, dir); err != nil {
		return nil, err
	} else if ok {
		return nil, fmt.Errorf("a daemon runs in %s already: stop it, or give this one another --dir", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make a directory for the control socket: %w", err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("remove the socket of an earlier daemon: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		if len(path) > maxPath {
			return nil, fmt.Errorf("the path %s is too long for a socket; choose a shorter --dir: %w", path, err)
		}
		return nil, fmt.Errorf("open the control socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("protect the control socket: %w", err)
	}
	return l, nil
}

// Dial reaches the daemon of a directory. ok is false when there is none.
func Dial(ctx context.Context, dir string) (c *Client, ok bool, err error) {
	path := SocketPath(dir)
	dial := func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}
	conn, err := dial(ctx)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOTSOCK):
		return nil, false, nil // none, or one that died
	case errors.Is(err, syscall.EINVAL) && len(path) > maxPath:
		return nil, false, nil // none can listen there
	case err != nil:
		return nil, false, fmt.Errorf("reach the daemon at %s: %w", path, err)
	}
	_ = conn.Close()
	return Connect(dial), true, nil
}

// Pipe is a listener within the process: a command that opens the store itself
// talks through it to the same handler that a daemon serves.
type Pipe struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

// NewPipe returns a listener that [Pipe.Dial] reaches.
func NewPipe() *Pipe { return &Pipe{conns: make(chan net.Conn), done: make(chan struct{})} }

// Dial connects to the listener.
func (p *Pipe) Dial(ctx context.Context) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-p.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept waits for the next connection.
func (p *Pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and Dial.
func (p *Pipe) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

// Addr names the listener.
func (p *Pipe) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "in-process" }
