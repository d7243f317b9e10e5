package event

import (
	"strings"

	xlanguage "golang.org/x/text/language"
)

// language returns the language of a text as ISO 639-1, as stated or else as
// the script suggests.
func language(stated, text string) string {
	if stated != "" {
		stated, _, _ = strings.Cut(stated, "-")
		if len(stated) == 2 {
			return strings.ToLower(stated)
		}
		if b, err := xlanguage.ParseBase(stated); err == nil {
			if b.String() == "iw" {
				return "he"
			}
			return b.String()
		}
	}
	return ""
}
