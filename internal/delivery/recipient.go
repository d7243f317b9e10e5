package delivery

import (
	"fmt"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Kind is how a recipient is reached.
type Kind string

// The kinds of recipient.
const (
	Mail   Kind = "mail"   // To is an address
	Hook   Kind = "hook"   // To is a URL of http or https
	File   Kind = "file"   // To is the path of one file, replaced each time
	Folder Kind = "folder" // To is a path; each digest is a file in it
)

// Recipient is where digests go.
type Recipient struct {
	Kind Kind   `json:"kind"`
	To   string `json:"to"`
}

func (r Recipient) String() string {
	if u, err := url.Parse(r.To); r.Kind == Hook && err == nil {
		u.User, u.RawQuery = nil, "" // what may be secret
		return u.String()
	}
	return r.To
}

// ParseRecipient reads a recipient as a person types it: a mail address, with or
// without mailto:, a URL, a path of a file, or one of a folder, which ends in a
// slash or is there already. Paths become absolute.
func ParseRecipient(s string) (Recipient, error) {
	s = strings.TrimSpace(s)
	switch scheme, rest, _ := strings.Cut(s, ":"); {
	case s == "":
		return Recipient{}, fmt.Errorf("a digest goes to a mail address, a URL, a file or a folder/: none is named")
	case scheme == "http" || scheme == "https":
		u, err := url.Parse(s)
		if err != nil || u.Host == "" {
			return Recipient{}, fmt.Errorf("%q is no URL that a digest could be sent to", s)
		}
		return Recipient{Hook, s}, nil
	case scheme == "mailto":
		return mailTo(rest)
	case strings.HasPrefix(rest, "//"):
		return Recipient{}, fmt.Errorf("%q: digests are sent to mailto:, http: and https:, and into files and folders", s)
	}
	if strings.Contains(s, "@") && !strings.ContainsAny(s, `/\`) {
		return mailTo(s)
	}
	path, err := filepath.Abs(s)
	if err != nil {
		return Recipient{}, fmt.Errorf("%s: %w", s, err)
	}
	info, err := os.Stat(path)
	if strings.HasSuffix(s, "/") || err == nil && info.IsDir() {
		return Recipient{Folder, path}, nil
	}
	return Recipient{File, path}, nil
}

func mailTo(s string) (Recipient, error) {
	a, err := mail.ParseAddress(s)
	if err != nil {
		return Recipient{}, fmt.Errorf("%q is no mail address: %v", s, strings.TrimPrefix(err.Error(), "mail: "))
	}
	return Recipient{Mail, a.Address}, nil
}
