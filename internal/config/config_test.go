package config_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"newsfold/internal/config"
)

func Example() {
	file, err := config.Parse("news.toml", []byte("interval = \"30m\"\n[daemon]\nlisten = \":8080\"\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	listen, interval := "127.0.0.1:7878", "1h"
	from, err := config.Apply([]config.Setting{
		{Key: "interval", Env: "NEWS_INTERVAL", Set: func(v string) error { interval = v; return nil }},
		{Key: "daemon.listen", Env: "NEWS_DAEMON_LISTEN", Set: func(v string) error { listen = v; return nil }},
	}, file, func(name string) string { return map[string]string{"NEWS_INTERVAL": "10m"}[name] })
	fmt.Println(interval, from["interval"].Source, listen, from["daemon.listen"].Place, err)
	// Output: 10m environment :8080 news.toml:3 <nil>
}

func TestFileIsReadWithItsLines(t *testing.T) {
	f, err := config.Parse("c.toml", []byte("# first\ninterval = '30m'\n\n[daemon]\nhost = ['a', \"b\"]\nsync-copies = true\n[list]\nlimit = 1_000\nfold = { threshold = 0.5 }\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range f.Values {
		got = append(got, fmt.Sprintf("%d %s=%s", v.Line, v.Key, strings.Join(v.Text, "+")))
	}
	want := "2 interval=30m|5 daemon.host=a+b|6 daemon.sync-copies=true|8 list.limit=1000|9 list.fold.threshold=0.5"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("got %s\nwant %s", s, want)
	}
}

func TestBadFilesAreRefusedWithThePlace(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"syntax", "interval = 1\nlead earliest\n", "c.toml:2:6"},
		{"twice", "lead = 'a'\nlead = 'b'\n", "c.toml:2:"},
		{"list of tables", "a = [{b=1}]", "c.toml:1: a: a list is of plain values"},
		{"unclosed", "a = \"x", "c.toml:1:"},
		{"large", strings.Repeat("#", config.MaxFile+1), "larger than"},
		{"not UTF-8", "a = \"\xff\"", "c.toml:1:"},
		{"deep", "a = " + strings.Repeat("[", 100_000), "c.toml"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := config.Parse("c.toml", []byte(tc.text))
			if !errors.Is(err, config.ErrInvalid) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func TestUnknownKeysNameTheNearest(t *testing.T) {
	known := []string{"interval", "daemon.listen", "daemon.images"}
	for text, want := range map[string]string{
		"intervall = '1h'":             `c.toml:1: there is no setting "intervall"; did you mean interval?`,
		"\n[deamon]\nlisten = 'x'":     `c.toml:3: there is no setting "deamon.listen"; did you mean daemon.listen?`,
		"listen = 'x'":                 `did you mean daemon.listen?`,
		"colour = 'x'":                 "`newsfold config --all` lists all keys",
		"[digest]\nmorning = 1":        `there is no setting "digest.morning"`,
		"[digest.morning]\nat = '7'":   "",
		"interval = '1h'":              "",
		"[daemon]\nimages.proxy = 'x'": `there is no setting "daemon.images.proxy"`,
	} {
		f, err := config.Parse("c.toml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		err = f.Check(known, "digest.")
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestFlagBeatsEnvironmentBeatsFileBeatsDefault(t *testing.T) {
	file, err := config.Parse("c.toml", []byte("a = 'file'\nb = 'file'\nc = 'file'\n"))
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"A": "env", "B": "env", "D": ""}
	got := map[string]string{"a": "flag", "b": "default", "c": "default", "d": "default"}
	var settings []config.Setting
	for _, k := range []string{"a", "b", "c", "d"} {
		settings = append(settings, config.Setting{
			Key: k, Env: strings.ToUpper(k), Given: k == "a",
			Set: func(v string) error { got[k] = v; return nil },
		})
	}
	from, err := config.Apply(settings, file, func(n string) string { return env[n] })
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]struct {
		value string
		from  config.Origin
	}{
		"a": {"flag", config.Origin{Source: config.Flag}},
		"b": {"env", config.Origin{Source: config.InEnv, Place: "B"}},
		"c": {"file", config.Origin{Source: config.InFile, Place: "c.toml:3"}},
		"d": {"default", config.Origin{Source: config.Default}},
	} {
		if got[k] != want.value || from[k] != want.from {
			t.Errorf("%s: got %s %v, want %v", k, got[k], from[k], want)
		}
	}
}

func TestValuesThatDoNotFitAreRefusedWithThePlace(t *testing.T) {
	no := func(string) error { return errors.New("no such policy") }
	for _, tc := range []struct{ text, env, want string }{
		{"lead = 'x'", "", "c.toml:1: lead: no such policy"},
		{"lead = ['x', 'y']", "", "c.toml:1: lead: this takes one value, not a list"},
		{"", "y", `LEAD="y": no such policy`},
	} {
		f, err := config.Parse("c.toml", []byte(tc.text))
		if err != nil {
			t.Fatal(err)
		}
		_, err = config.Apply([]config.Setting{{Key: "lead", Env: "LEAD", Set: no}}, f, func(string) string { return tc.env })
		if !errors.Is(err, config.ErrInvalid) || err.Error() != tc.want {
			t.Errorf("got %v, want %s", err, tc.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a = 1", "[a.b]\nc = ['x']", "a = {b = 1}", "[[a]]\nb = 2", "\"a.b\" = 1", "a = 1979-05-27T07:32:00Z"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := config.Parse("c.toml", data)
		if err != nil {
			if !errors.Is(err, config.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		for _, v := range file.Values {
			if v.Line < 1 || !v.List && len(v.Text) != 1 {
				t.Fatalf("%+v", v)
			}
		}
	})
}
