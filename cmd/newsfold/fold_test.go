package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const foldWire = `The ferry that links the islands of Hallin and Ostrey will stop running at the end of October, its operator said on Tuesday, after a survey found cracks in the hull. About 340 people live on Ostrey all year round. Northline, which took over the route in 2011, said that repairing the 41-year-old Brede would cost 2.6 million crowns and that no shipyard could begin before March. Until then a smaller boat will carry passengers but no cars. The county council meets on Thursday to decide whether the milk of the three farms will be flown out.`

const foldOther = `Lawmakers in Veldora passed a budget on Friday that raises spending on rail by a fifth and leaves taxes as they are. The vote was 61 to 44, with seven abstentions. The finance minister called it the most careful budget in a decade, and the opposition said it rests on a forecast of growth that no bank shares.`

func foldInput(t *testing.T) string {
	t.Helper()
	words := strings.Fields(foldWire)
	var b strings.Builder
	for _, a := range []struct{ id, title, text string }{
		{`"x1"`, "Ferry to stop", foldWire},
		{`7`, "Budget passed", foldOther},
		{`"x3"`, "No boat for Ostrey", strings.Join(words[:50], " ")},
	} {
		text, _ := json.Marshal(a.text)
		fmt.Fprintf(&b, "{\"id\": %s, \"title\": %q, \"text\": %s, \"mine\": {\"kept\": [1]}}\n\n", a.id, a.title, text)
	}
	return b.String()
}

func runFold(t *testing.T, stdin string, args ...string) (string, error) {
	t.Helper()
	c := new(app).newFold()
	var out bytes.Buffer
	c.SetOut(&out)
	c.SetErr(&out)
	c.SilenceUsage, c.SilenceErrors = true, true
	c.SetIn(strings.NewReader(stdin))
	c.SetArgs(args)
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

func TestFoldWritesTheSameLinesWithTheirStories(t *testing.T) {
	dir := t.TempDir()
	packed := filepath.Join(dir, "a.jsonl.gz")
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write([]byte(foldInput(t)))
	w.Close()
	if err := os.WriteFile(packed, z.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-"}, {"--live", "-"}, {packed}} {
		out, err := runFold(t, foldInput(t), args...)
		if err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if len(lines) != 3 {
			t.Fatalf("%v: %d lines, want 3:\n%s", args, len(lines), out)
		}
		for i, want := range []struct{ id, story, relation string }{
			{`"x1"`, `"x1"`, "first"}, {`7`, `7`, "first"}, {`"x3"`, `"x1"`, "excerpt"},
		} {
			var got struct {
				ID, Story, Lead json.RawMessage
				Relation        string
				Score           float64
				Evidence        []struct{ Kind string }
				Mine            struct{ Kept []int }
			}
			if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
				t.Fatalf("%v, line %d: %v", args, i+1, err)
			}
			if string(got.ID) != want.id || string(got.Story) != want.story || got.Relation != want.relation || len(got.Mine.Kept) != 1 {
				t.Errorf("%v, line %d is %s", args, i+1, lines[i])
			}
			if want.relation == "excerpt" && (got.Score < .5 || len(got.Evidence) == 0 || string(got.Lead) != `"x1"`) {
				t.Errorf("%v: the excerpt is %s", args, lines[i])
			}
		}
	}
}

func TestFoldSaysWhatIsWrongWithItsInput(t *testing.T) {
	long := `{"id":1,"text":"` + strings.Repeat("x", maxFoldLine) + `"}`
	for _, c := range []struct {
		name, in string
		args     []string
		want     string
	}{
		{"not JSON", "{\"id\":1}\nferry\n", []string{"-"}, "-, line 2: not an article in JSON"},
		{"no id", "{\"text\":\"a\"}\n", []string{"-"}, "line 1: \"id\" must be a string or a number"},
		{"an object as id", "{\"id\":{}}\n", []string{"-"}, "\"id\" must be"},
		{"a line too long", long, []string{"-"}, "line 1: longer than 16 MiB"},
		{"no such file", "", []string{"/nowhere/a.jsonl"}, "no such file"},
		{"not packed", "", []string{"fold_test.go.gz"}, "fold_test.go.gz"},
		{"threshold", "", []string{"--threshold", "2", "-"}, "--threshold 2: a number above 0"},
		{"window", "", []string{"--window", "-1h", "-"}, "--window -1h0m0s: say a time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := runFold(t, c.in, c.args...)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want one with %q", err, c.want)
			}
		})
	}
	if out, err := runFold(t, "", "-"); err != nil || out != "" {
		t.Errorf("no input gives %q, %v", out, err)
	}
}
