package event

import (
	"encoding/binary"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var cldr = flag.String("cldr", "", "folder that holds the npm packages cldr-localenames-full and cldr-dates-full")

var nameLanguages = strings.Fields(`en ar bg ca cs da de el es fa fi fr he hi hr hu id is it ja ko nl no pl pt ro ru
	sk sr sv th tr uk ur vi zh`)

// TestNames writes the table of names when run with -update -cldr DIR.
func TestNames(t *testing.T) {
	if *cldr == "" {
		if len(names) != nameSize<<nameBits {
			t.Fatalf("the table has %d bytes, want %d", len(names), nameSize<<nameBits)
		}
		t.Skip("makes the table only with -cldr")
	}
	table := make([]byte, nameSize<<nameBits)
	ids := map[string]conceptID{}
	n := 0
	for _, lang := range nameLanguages {
		all := cldrNames(t, lang)
		for _, key := range slices.Sorted(maps.Keys(all)) {
			kind, _, _ := strings.Cut(key, ":")
			id := ids[key]
			if id == 0 {
				id = conceptID(len(ids)+1) | map[string]conceptID{"t": territory, "c": city, "m": month, "d": weekday, "l": tongue}[kind]
				ids[key] = id
			}
			for _, name := range all[key] {
				toks := read(lang, name, nil)
				if len(toks) == 0 {
					continue
				}
				limit := maxPhrase
				if toks[0].script.spaceless() && !toks[0].katak {
					limit = maxGlyphs
					if len(toks) < 2 {
						continue // one character says too little
					}
				}
				if len(toks) > limit {
					continue
				}
				if toks[0].script == latin && len(toks) == 1 && toks[0].runes < 2 {
					continue
				}
				nameKeys(lang, toks, 0, func(k uint64, length int) {
					if length == len(toks) && putName(table, k, id) {
						n++
					}
				})
			}
		}
	}
	t.Logf("%d names of %d concepts in %d languages", n, len(ids), len(nameLanguages))
	if err := os.WriteFile("names.bin", table, 0o644); err != nil {
		t.Fatal(err)
	}
}

func putName(table []byte, key uint64, id conceptID) bool {
	slot := key >> (64 - nameBits)
	for range nameProbe {
		e := table[slot*nameSize:]
		if binary.LittleEndian.Uint16(e[4:]) == 0 {
			binary.LittleEndian.PutUint32(e, uint32(key))
			binary.LittleEndian.PutUint16(e[4:], uint16(id))
			return true
		}
		if binary.LittleEndian.Uint32(e) == uint32(key) {
			return false
		}
		slot = (slot + 1) & (1<<nameBits - 1)
	}
	return false
}

func cldrFile(t *testing.T, pkg, lang, file string, path ...string) map[string]any {
	b, err := os.ReadFile(filepath.Join(*cldr, pkg, "main", lang, file))
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	for _, p := range append([]string{"main", lang}, path...) {
		next, ok := v[p].(map[string]any)
		if !ok {
			return nil
		}
		v = next
	}
	return v
}

// cldrNames returns the names of things in a language, by thing.
func cldrNames(t *testing.T, lang string) map[string][]string {
	out := map[string][]string{}
	for k, v := range cldrFile(t, "cldr-localenames-full", lang, "territories.json", "localeDisplayNames", "territories") {
		k, _, _ = strings.Cut(k, "-alt-")
		if len(k) == 2 {
			out["t:"+k] = append(out["t:"+k], v.(string))
		}
	}
	for k, v := range cldrFile(t, "cldr-localenames-full", lang, "languages.json", "localeDisplayNames", "languages") {
		if len(k) == 2 {
			out["l:"+k] = append(out["l:"+k], v.(string))
		}
	}
	gregorian := []string{"dates", "calendars", "gregorian"}
	for _, form := range []string{"format", "stand-alone"} {
		for k, v := range cldrFile(t, "cldr-dates-full", lang, "ca-gregorian.json", append(gregorian, "months", form, "wide")...) {
			out["m:"+k] = append(out["m:"+k], v.(string))
		}
		for k, v := range cldrFile(t, "cldr-dates-full", lang, "ca-gregorian.json", append(gregorian, "days", form, "wide")...) {
			out["d:"+k] = append(out["d:"+k], v.(string))
		}
	}
	zones := []string{"dates", "timeZoneNames", "zone"}
	addCities(out, cldrFile(t, "cldr-dates-full", lang, "timeZoneNames.json", zones...), false)
	if lang == "en" { // whose zones are called after their cities
		addCities(out, cldrFile(t, "cldr-dates-full", "ar", "timeZoneNames.json", zones...), true)
	}
	return out
}

// addCities adds the exemplar cities of time zones, or what the zones
// themselves are called.
func addCities(out map[string][]string, zones map[string]any, keys bool) {
	for k, v := range zones {
		m, ok := v.(map[string]any)
		if !ok {
			continue
		}
		if c, ok := m["exemplarCity"].(string); ok {
			if keys {
				c = strings.ReplaceAll(k, "_", " ")
			}
			out["c:"+k] = append(out["c:"+k], c)
			continue
		}
		addCities(out, m, keys)
	}
}
