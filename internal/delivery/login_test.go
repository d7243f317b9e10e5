package delivery_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"newsfold/internal/delivery"
)

// guarded is a session that wants a password.
type guarded struct {
	session
	known bool
}

func (g *guarded) AuthMechanisms() []string { return []string{sasl.Plain} }

func (g *guarded) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "news@newsfold.example" || password != "right" {
			return errors.New("who are you?")
		}
		g.known = true
		return nil
	}), nil
}

func (g *guarded) Mail(string, *smtp.MailOptions) error {
	if !g.known {
		return smtp.ErrAuthRequired
	}
	return nil
}

func TestMailIsEncryptedAndLogsIn(t *testing.T) {
	https := httptest.NewTLSServer(nil) // for its certificate, of 127.0.0.1
	defer https.Close()
	roots := x509.NewCertPool()
	roots.AddCert(https.Certificate())
	for name, tc := range map[string]struct {
		scheme, password string
		roots            *x509.CertPool
		want             string
	}{
		"TLS from the start": {"smtps", "right", roots, ""},
		"STARTTLS":           {"smtp", "right", roots, ""},
		"a wrong password":   {"smtps", "wrong", roots, "AUTH failed"},
		"an unknown server":  {"smtps", "right", x509.NewCertPool(), "certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			o := &office{}
			srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
				return &guarded{session: session{o: o}}, nil
			}))
			srv.TLSConfig, srv.ErrorLog = https.TLS, log.New(io.Discard, "", 0)
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			address := l.Addr().String()
			if tc.scheme == "smtps" {
				l = tls.NewListener(l, &tls.Config{Certificates: https.TLS.Certificates})
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				_ = srv.Serve(l)
			}()
			defer func() {
				_ = srv.Close()
				<-done
			}()
			db := open(t, filepath.Join(t.TempDir(), "newsfold.db"))
			put(t, db, start.Add(-time.Hour), "Ferry back")
			d := &delivery.Desk{DB: db, Now: func() time.Time { return start }, Log: quiet(), Mail: delivery.Server{
				URL: tc.scheme + "://news%40newsfold.example@" + address, Password: tc.password, TLS: &tls.Config{RootCAs: tc.roots, MinVersion: tls.VersionTLS12},
			}}
			out, err := d.Deliver(t.Context(), daily("html"), reader, time.Time{})
			switch {
			case tc.want == "" && (err != nil || !out.Sent || o.count() != 1):
				t.Errorf("%+v, %v, %d mails", out, err, o.count())
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want) || out.Doubt || o.count() != 0):
				t.Errorf("%+v, %v, %d mails", out, err, o.count())
			}
		})
	}
}
