package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"newsfold/internal/control"
)

func (a *app) newPasswd() *cobra.Command {
	var name string
	var app, clear bool
	cmd := &cobra.Command{
		Use:   "passwd",
		Short: "Set the password of the reader page, or make one for reading apps",
		Long: `Set the name and password with which one logs in to the reader page. The
password is asked for on a terminal, else read from the first line of standard
input. All browsers that are logged in have to log in again.

Reading apps do not get that password: --app makes one for them, prints it, and
ends the one made before. Without a password the reader page and the sync APIs
are served on loopback only, to whoever can reach them.`,
		Example: `  newsfold passwd
  newsfold passwd --user ada < password.txt
  newsfold passwd --app`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case app:
				return a.with(cmd.Context(), a.appPassword)
			case clear:
				return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
					return c.SetPassword(ctx, control.PasswordRequest{Clear: true})
				})
			}
			req := control.PasswordRequest{User: name}
			if req.User == "" {
				req.User = person()
			}
			var err error
			if req.Password, err = a.askPassword(); err != nil {
				return err
			}
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				if err := c.SetPassword(ctx, req); err != nil {
					return err
				}
				a.note("%s logs in with this password from now on; `newsfold passwd --app` makes one for reading apps", req.User)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&name, "user", "", "`name` to log in with (default your name on this machine)")
	cmd.Flags().BoolVar(&app, "app", false, "make a password for reading apps and print name and password")
	cmd.Flags().BoolVar(&clear, "clear", false, "take the passwords away")
	cmd.MarkFlagsMutuallyExclusive("app", "clear")
	cmd.MarkFlagsMutuallyExclusive("user", "clear")
	return cmd
}

func (a *app) appPassword(ctx context.Context, c *control.Client) error {
	l, err := c.NewAppPassword(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "%s\t%s\n", plain(l.User), l.Password)
	return err
}

// person is what the owner of this process is called.
func person() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		_, name, ok := strings.Cut(u.Username, `\`) // DOMAIN\name
		if !ok {
			name = u.Username
		}
		return name
	}
	return "reader"
}

// maxPassword is how long a line is read, in bytes.
const maxPassword = 4096

// askPassword reads a password: twice on a terminal, without showing it.
func (a *app) askPassword() (string, error) {
	f, ok := a.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		line, err := bufio.NewReader(io.LimitReader(a.in, maxPassword)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	var typed [2]string
	for i, prompt := range []string{"New password: ", "Once more: "} {
		_, _ = fmt.Fprint(a.err, prompt)
		b, err := term.ReadPassword(int(f.Fd()))
		_, _ = fmt.Fprintln(a.err)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		typed[i] = string(b)
	}
	if typed[0] != typed[1] {
		return "", usage("the two passwords differ: nothing was changed")
	}
	return typed[0], nil
}

func (a *app) newToken() *cobra.Command {
	var renew bool
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Print the tokens for the JSON API and for feeds of stories",
		Long: `Print the tokens that programs show to the daemon: "api" for the JSON API and
the metrics, in a header (Authorization: Bearer TOKEN), and "feed" for feeds of
stories, in their address (/out/all.atom?token=TOKEN).`,
		Example: "  newsfold token\n  newsfold token --renew",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				t, err := c.Tokens(ctx, renew)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(a.out, "api\t%s\nfeed\t%s\n", t.API, t.Feed)
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&renew, "renew", false, "make new ones, which ends the old ones and all logins")
	return cmd
}
