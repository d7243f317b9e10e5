//go:build unix

package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestOutputToAPipeLeavesItAPipe(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Skip(err)
	}
	got := make(chan string, 1)
	go func() {
		b, err := os.ReadFile(name)
		got <- fmt.Sprint(string(b), err)
	}()
	a := &app{}
	if err := a.write(name, func(w io.Writer) error { _, err := io.WriteString(w, "text"); return err }); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Lstat(name); err != nil || st.Mode()&os.ModeNamedPipe == 0 {
		t.Fatalf("the pipe has become %v (%v)", st.Mode(), err)
	}
	if s := <-got; s != "text<nil>" {
		t.Errorf("the reader got %s", s)
	}
}
