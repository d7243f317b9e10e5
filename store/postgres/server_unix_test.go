//go:build unix

package postgres_test

import (
	"context"
	"fmt"
	"net"
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
	// Not t.TempDir, in which another user may read nothing.
	if c.dir, err = os.MkdirTemp("", "newsfold-postgres"); err != nil {
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
	c.port = freePort(t)
	c.run("initdb", "-D", c.data(), "-U", "newsfold", "--auth=trust", "-E", "UTF8", "--locale=C")
	c.start()
	t.Cleanup(func() { c.try("pg_ctl", "-D", c.data(), "-m", "immediate", "stop") })
	return c
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// standby makes a server that follows another one, and starts it.
func (c *cluster) standby() *cluster {
	c.t.Helper()
	s := &cluster{t: c.t, bin: c.bin, dir: filepath.Join(c.dir, "standby"), port: freePort(c.t), cred: c.cred}
	c.run("pg_basebackup", "-D", s.data(), "-h", "127.0.0.1", "-p", strconv.Itoa(c.port), "-U", "newsfold", "-R", "-X", "stream", "-c", "fast")
	s.start()
	c.t.Cleanup(func() { s.try("pg_ctl", "-D", s.data(), "-m", "immediate", "stop") })
	return s
}

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

// start starts the server.
func (c *cluster) start() {
	c.t.Helper()
	c.run("pg_ctl", "-D", c.data(), "-l", filepath.Join(c.dir, "log"), "-w", "start",
		"-o", fmt.Sprintf("-p %d -k %s -c listen_addresses=127.0.0.1 %s", c.port, c.dir, c.settings))
}

// stop ends the server: "immediate" is like pulling the plug of its processes.
func (c *cluster) stop(mode string) {
	c.t.Helper()
	c.run("pg_ctl", "-D", c.data(), "-m", mode, "-w", "stop")
}

func (c *cluster) address() string { return fmt.Sprintf("127.0.0.1:%d", c.port) }

// dsn names the server, at another address where there is something in between.
func (c *cluster) dsn(address string) string {
	return "postgres://newsfold@" + address + "/postgres?sslmode=disable"
}

func (c *cluster) run(name string, args ...string) {
	c.t.Helper()
	if out, err := c.try(name, args...); err != nil {
		log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
		c.t.Fatalf("%s: %v\n%s\n%s", name, err, out, log)
	}
}

func (c *cluster) try(name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(context.WithoutCancel(c.t.Context()), filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	if c.cred != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.cred}
	}
	// Not a pipe, which the server would keep open.
	out, err := os.CreateTemp("", "out")
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close(); _ = os.Remove(out.Name()) }()
	cmd.Stdout, cmd.Stderr = out, out
	err = cmd.Run()
	text, _ := os.ReadFile(out.Name())
	return text, err
}
