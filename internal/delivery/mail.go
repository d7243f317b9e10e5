package delivery

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"

	"newsfold/internal/digest"
)

// Server is how mail is sent.
type Server struct {
	URL      string // smtp://user@host:587 or smtps://host; empty: no mail
	Password string // of the user
	From     string // sender; default: the user, when that is an address
	// TLS configures encryption; nil: the system's authorities are trusted.
	TLS *tls.Config
}

// mailTimeout is how long sending one mail may take.
const mailTimeout = 2 * time.Minute

// smtpHost is where a server listens, and how it is spoken to.
type smtpHost struct {
	host           string
	port           int
	user, password string
	wrapped        bool // TLS from the start
	local          bool // nobody can listen on the way
}

// Check reports what is wrong with how mail is sent.
func (s Server) Check() error {
	_, _, err := s.parse()
	return err
}

func (s Server) parse() (h smtpHost, from string, err error) {
	if s.URL == "" {
		return h, "", errors.New("no mail server is named: say --smtp smtp://USER@HOST:587 or smtps://HOST")
	}
	u, err := url.Parse(s.URL)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return h, "", errors.New("the mail server is not named as smtp://USER@HOST:587 or smtps://USER@HOST")
	}
	h = smtpHost{host: u.Hostname(), port: 587, user: u.User.Username(), password: s.Password, wrapped: u.Scheme == "smtps"}
	if h.wrapped {
		h.port = 465
	}
	if p := u.Port(); p != "" {
		h.port, _ = strconv.Atoi(p)
	}
	if p, ok := u.User.Password(); ok && h.password == "" {
		h.password = p
	}
	ip := net.ParseIP(h.host)
	h.local = h.host == "localhost" || ip != nil && ip.IsLoopback()
	from = s.From
	if from == "" && strings.Contains(h.user, "@") {
		from = h.user
	}
	if from == "" {
		return h, "", errors.New("no sender is known: say --mail-from ADDRESS")
	}
	if _, err := mail.ParseAddress(from); err != nil {
		return h, "", fmt.Errorf("the sender %q is no mail address", from)
	}
	return h, from, nil
}

// mail sends a digest by SMTP. The mark is made when all of the text was handed to
// the connection but its end: until then nothing is delivered.
func (d *Desk) mail(ctx context.Context, p parcel, mark func() error) error {
	ctx, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	host, from, err := d.Mail.parse()
	if err != nil {
		return err
	}
	var line wire
	defer line.cut()
	c, err := d.dialer(host, &line)
	if err != nil {
		return err
	}
	m, err := d.letter(p, from, func() error {
		if err := mark(); err != nil {
			// To take leave would end the text first, and so deliver it.
			line.cut()
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, line.cut)
	defer stop()
	if err := c.DialWithContext(ctx); err != nil {
		return fmt.Errorf("reach the mail server %s: %w", host.host, err)
	}
	if err := c.Send(m); err != nil {
		return sendError(err)
	}
	_ = c.Close() // it has taken the mail over
	return nil
}

// sendError tells what is certainly not delivered from what may be.
func sendError(err error) error {
	var se *gomail.SendError
	if !errors.As(err, &se) {
		return fmt.Errorf("send mail: %w", err)
	}
	switch {
	case se.Reason == gomail.ErrSMTPReset:
		return nil // it was taken over before
	case se.Reason == gomail.ErrSMTPDataClose && se.ErrorCode() < 400:
		return fmt.Errorf("the connection to the mail server broke when the mail was all but sent (%w): %w", err, errDoubt)
	case se.ErrorCode() >= 400:
		return fmt.Errorf("the mail server refuses it: %w", err)
	}
	return fmt.Errorf("send mail: %w", err)
}

// dialer prepares a connection. Beyond the machine itself it is encrypted.
func (d *Desk) dialer(h smtpHost, line *wire) (*gomail.Client, error) {
	opts := []gomail.Option{
		gomail.WithPort(h.port), gomail.WithTimeout(30 * time.Second), gomail.WithoutNoop(),
		gomail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
			return line.dial(ctx, network, address, h, d.Mail.TLS)
		}),
	}
	policy := gomail.TLSMandatory
	if h.local {
		policy = gomail.TLSOpportunistic
	}
	switch {
	case h.wrapped:
		opts = append(opts, gomail.WithSSL())
	default:
		opts = append(opts, gomail.WithTLSPolicy(policy))
	}
	if d.Mail.TLS != nil {
		cfg := d.Mail.TLS.Clone()
		cfg.ServerName = h.host
		opts = append(opts, gomail.WithTLSConfig(cfg))
	}
	if h.user != "" {
		plain, login := gomail.SMTPAuthPlain, gomail.SMTPAuthLogin
		if h.local && !h.wrapped {
			plain, login = gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc
		}
		auth := gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, plain, login, gomail.SMTPAuthCramMD5)
		opts = append(opts, auth, gomail.WithUsername(h.user), gomail.WithPassword(h.password))
	}
	c, err := gomail.NewClient(h.host, opts...)
	if err != nil {
		return nil, fmt.Errorf("set up mail: %w", err)
	}
	return c, nil
}

// wire is the connection to a mail server, which can be cut at any moment.
type wire struct {
	mu   sync.Mutex
	conn net.Conn
	gone bool
}

func (l *wire) dial(ctx context.Context, network, address string, h smtpHost, cfg *tls.Config) (net.Conn, error) {
	var nd net.Dialer
	conn, err := nd.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	l.conn = conn
	if !h.wrapped {
		return conn, nil
	}
	if cfg == nil {
		cfg = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	cfg = cfg.Clone()
	cfg.ServerName = h.host
	return tls.Client(conn, cfg), nil
}

// cut closes the connection without a word.
func (l *wire) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gone = true
	if l.conn != nil {
		_ = l.conn.Close()
	}
}

// letter writes the mail: text and HTML, or text and the digest as a file. last is
// called when all of its text is written.
func (d *Desk) letter(p parcel, from string, last func() error) (*gomail.Msg, error) {
	sender, err := mail.ParseAddress(from)
	if err != nil {
		return nil, err
	}
	if sender.Name == "" {
		sender.Name = "newsfold"
	}
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(sender)
	if err := m.To(p.to.To); err != nil {
		return nil, err
	}
	m.Subject(p.Subject())
	m.SetDateWithValue(d.Now())
	_, domain, _ := strings.Cut(sender.Address, "@")
	m.SetMessageIDWithValue(p.id() + "@" + domain)
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody answers
	m.SetGenHeader("List-Id", "<"+p.want.Name+".newsfold."+domain+">")
	text, err := render(p.Edition, "text")
	if err != nil {
		return nil, err
	}
	m.SetBodyString(gomail.TypeTextPlain, string(text))
	final := func(data []byte) func(io.Writer) (int64, error) {
		return func(w io.Writer) (int64, error) {
			n, err := io.Copy(w, bytes.NewReader(data))
			if err != nil {
				return n, err
			}
			return n, last()
		}
	}
	switch f := p.want.Format; f {
	case "text":
		m.SetBodyWriter(gomail.TypeTextPlain, final(text))
	case "html":
		page, err := render(p.Edition, f)
		if err != nil {
			return nil, err
		}
		m.AddAlternativeWriter(gomail.TypeTextHTML, final(page))
	default:
		data, err := render(p.Edition, f)
		if err != nil {
			return nil, err
		}
		file := &gomail.File{Name: p.want.Name + digest.Ext(f), Header: map[string][]string{}, Writer: final(data)}
		file.ContentType = gomail.ContentType(digest.Type(f))
		m.SetAttachments([]*gomail.File{file})
	}
	return m, nil
}
