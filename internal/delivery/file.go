package delivery

import (
	"errors"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"newsfold/internal/digest"
)

// kept is how many digests a folder keeps.
const kept = 60

func (d *Desk) file(p parcel) error {
	data, err := render(p.Edition, p.want.Format)
	if err != nil {
		return err
	}
	return replace(p.to.To, data)
}

// folder writes a digest into a folder, named after its appointment, takes those
// away that are too many, and lists the others on a page.
func (d *Desk) folder(p parcel) error {
	data, err := render(p.Edition, p.want.Format)
	if err != nil {
		return err
	}
	dir := p.to.To
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	at := p.slot
	if at.IsZero() {
		at = p.Until
	}
	if at.IsZero() {
		at = d.Now()
	}
	if p.Zone != nil {
		at = at.In(p.Zone)
	} else {
		at = at.UTC()
	}
	ext := digest.Ext(p.want.Format)
	if err := replace(filepath.Join(dir, p.want.Name+"-"+at.Format("20060102-150405")+ext), data); err != nil {
		return err
	}
	names, err := dated(dir, p.want.Name)
	if err != nil {
		return err
	}
	for _, old := range names[min(len(names), kept):] {
		if err := os.Remove(filepath.Join(dir, old)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove an old digest: %w", err)
		}
	}
	return replace(filepath.Join(dir, "index.html"), index(p.Title, names[:min(len(names), kept)]))
}

// dated returns the digests of a name in a folder, the youngest first.
func dated(dir, name string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	ours := regexp.MustCompile(`^` + regexp.QuoteMeta(name) + `-\d{8}-\d{6}\.[a-z]+$`)
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && ours.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	slices.Reverse(names)
	return names, nil
}

func index(title string, names []string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"+
		"<meta name=\"color-scheme\" content=\"light dark\">\n<title>%[1]s</title>\n</head>\n<body>\n<h1>%[1]s</h1>\n<ul>\n", html.EscapeString(title))
	for _, name := range names {
		stem := strings.TrimSuffix(name, filepath.Ext(name))
		label := name
		if at, err := time.Parse("20060102-150405", stem[max(len(stem)-15, 0):]); err == nil {
			label = at.Format("Mon 2 Jan 2006 15:04") + " (" + strings.TrimPrefix(filepath.Ext(name), ".") + ")"
		}
		fmt.Fprintf(&b, "<li><a href=\"%s\">%s</a></li>\n", html.EscapeString(name), html.EscapeString(label))
	}
	b.WriteString("</ul>\n</body>\n</html>\n")
	return []byte(b.String())
}

// replace writes a file beside its name and moves it there: whoever reads it has
// the old one or the new one.
func replace(name string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, errors.Unwrap(err)) // the other name says nothing to a person
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
			err = fmt.Errorf("write %s: %w", name, err)
		}
	}()
	if _, err = f.Write(data); err != nil {
		return err
	}
	if err = f.Chmod(0o644); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
