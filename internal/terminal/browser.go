package terminal

import (
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// inTerminal are browsers that draw in the terminal, which is theirs meanwhile.
var inTerminal = []string{"w3m", "lynx", "links", "links2", "elinks", "browsh", "carbonyl", "chawan", "cha"}

// browser returns the command that opens an address, and whether it needs the
// terminal. getenv is how the environment is asked: $BROWSER is a command, or
// several separated by colons of which the first that is there is taken; "%s" in
// it stands for the address. No shell sees any of it. The browser outlives the
// reader.
func browser(address string, getenv func(string) string) (cmd *exec.Cmd, terminal bool, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, false, errors.New("it has no web address")
	}
	address = u.String() // escapes what an address may not hold
	for choice := range strings.SplitSeq(getenv("BROWSER"), ":") {
		args := strings.Fields(choice)
		if len(args) == 0 {
			continue
		}
		path, err := exec.LookPath(args[0])
		if err != nil {
			continue
		}
		asked := false
		for i := 1; i < len(args); i++ {
			if strings.Contains(args[i], "%s") {
				args[i], asked = strings.ReplaceAll(args[i], "%s", address), true
			}
		}
		if !asked {
			args = append(args, address)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".exe")
		return exec.Command(path, args[1:]...), slices.Contains(inTerminal, name), nil
	}
	args, err := desktop(getenv)
	if err != nil {
		return nil, false, fmt.Errorf("%w: %s", err, address)
	}
	return exec.Command(args[0], append(args[1:], address)...), false, nil
}

// desktop is what opens addresses where $BROWSER says nothing.
func desktop(getenv func(string) string) ([]string, error) {
	switch runtime.GOOS {
	case "darwin":
		return []string{"open"}, nil
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler"}, nil
	}
	if getenv("DISPLAY") == "" && getenv("WAYLAND_DISPLAY") == "" {
		return nil, errors.New("no browser here: set $BROWSER, or open it yourself")
	}
	path, err := exec.LookPath("xdg-open")
	if err != nil {
		return nil, errors.New("no browser here: set $BROWSER, or install xdg-utils")
	}
	return []string{path}, nil
}
