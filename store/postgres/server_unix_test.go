//go:build unix

package postgres_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
)

// A cluster is a server of a test's own, to be stopped and broken.
type cluster struct {
	t    *testing.T
	bin  string
	dir  string
	port int
	cred *syscall.Credential // the server refuses to run as root

	settings string // more of them for the server, from its next start on (-c name=value)
}

// newCluster makes a server and starts it.
func newCluster(t *testing.T) *cluster {
	t.Helper()
	server(t) // where there is none, these tests are not wanted either
	c := &cluster{t: t, bin: os.Getenv("NEWSFOLD_POSTGRES_BIN")}
	if c.bin == "" {
		found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
		if len(found) == 0 {
			t.Skip("no PostgreSQL server is installed in /usr/lib/postgresql, and NEWSFOLD_POSTGRES_BIN names none")
		}
		slices.Sort(found)
		c.bin = filepath.Dir(found[len(found)-1])
	}
	var err error
	// Not t.TempDir, in which another user may read nothing, as in root's TMPDIR.
	base := ""
	if os.Getuid() == 0 {
		base = "/tmp"
	}
	if c.dir, err = os.MkdirTemp(base, "newsfold-postgres"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(c.dir) })
	if os.Getuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			t.Skip("the tests run as root, and there is no user postgres to run the server as")
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		c.cred = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(c.dir, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	c.run("initdb", "-D", c.data(), "-U", "newsfold", "--auth=trust", "-E", "UTF8", "--locale=C")
	c.settle()
	t.Cleanup(func() { _ = c.try("pg_ctl", "-D", c.data(), "-m", "immediate", "stop") })
	return c
}

// settle finds a port for the server and starts it there for the first time.
func (c *cluster) settle() {
	c.t.Helper()
	for range 20 {
		// Below those that systems give to whoever asks for any: the port has to be
		// free again whenever the server is started again.
		c.port = 10_000 + rand.IntN(20_000)
		if c.launch() == nil {
			return
		}
	}
	c.start() // or say why not
}

// standby makes a server that follows another one, and starts it.
func (c *cluster) standby() *cluster {
	c.t.Helper()
	s := &cluster{t: c.t, bin: c.bin, dir: filepath.Join(c.dir, "standby"), cred: c.cred}
	c.run("pg_basebackup", "-D", s.data(), "-h", "127.0.0.1", "-p", strconv.Itoa(c.port), "-U", "newsfold", "-R", "-X", "stream", "-c", "fast")
	s.settle()
	c.t.Cleanup(func() { _ = s.try("pg_ctl", "-D", s.data(), "-m", "immediate", "stop") })
	return s
}

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

// start starts the server.
func (c *cluster) start() {
	c.t.Helper()
	if err := c.launch(); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cluster) launch() error {
	return c.try("pg_ctl", "-D", c.data(), "-l", filepath.Join(c.dir, "log"), "-w", "-t", "300", "start",
		"-o", fmt.Sprintf("-p %d -c unix_socket_directories='' -c listen_addresses=127.0.0.1 %s", c.port, c.settings))
}

// stop ends the server: "immediate" is like pulling the plug of its processes.
func (c *cluster) stop(mode string) {
	c.t.Helper()
	c.run("pg_ctl", "-D", c.data(), "-m", mode, "-w", "-t", "300", "stop")
}

func (c *cluster) address() string { return fmt.Sprintf("127.0.0.1:%d", c.port) }

// dsn names the server, at another address where there is something in between.
func (c *cluster) dsn(address string) string {
	return "postgres://newsfold@" + address + "/postgres?sslmode=disable"
}

func (c *cluster) run(name string, args ...string) {
	c.t.Helper()
	if err := c.try(name, args...); err != nil {
		c.t.Fatal(err)
	}
}

// try runs a program of the server's. Its error tells what the program and the
// server said.
func (c *cluster) try(name string, args ...string) error {
	cmd := exec.CommandContext(context.WithoutCancel(c.t.Context()), filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	if c.cred != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.cred}
	}
	// Not a pipe, which the server would keep open.
	out, err := os.CreateTemp("", "out")
	if err != nil {
		return err
	}
	defer func() { _ = out.Close(); _ = os.Remove(out.Name()) }()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(out.Name())
		log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
		return fmt.Errorf("%s: %w\n%s\n%s", name, err, text, log)
	}
	return nil
}
