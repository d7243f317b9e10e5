package event

import "testing"

func TestWhatBothLinkToSpeaksForOneEvent(t *testing.T) {
	s := stories(t, "coach1", "coach5") // in two languages
	if s[0].Lang == s[1].Lang {
		t.Fatal("one language")
	}
	bare := Compare(s[0], s[1], Options{})
	s[0].Links = []string{"https://img.example/photos/8812.jpg", "https://a.example/2026/the-report"}
	apart := Compare(s[0], s[1], Options{})
	s[1].Links = []string{"https://b.example/2026/other", "https://img.example/photos/8812.jpg"}
	shared := Compare(s[0], s[1], Options{})
	if shared.Evidence[0].Value <= bare.Evidence[0].Value {
		t.Errorf("with a picture in common %+v, without %+v", shared.Evidence, bare.Evidence)
	}
	if apart.Score != bare.Score {
		t.Errorf("links that one has: score %.3f, without links %.3f", apart.Score, bare.Score)
	}
}
