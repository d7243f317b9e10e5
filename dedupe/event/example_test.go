package event_test

import (
	"fmt"

	"newsfold/dedupe/event"
)

func Example() {
	g := event.NewGrouper(event.Options{})
	for i, s := range []event.Story{
		{Lang: "en", Text: "The swing bridge at Port Ellery will close for eleven nights from 4 March while its pin, cast in 1912, is replaced, the harbour master Ada Brennick said. Ferries to Kestrel Island will carry 640 passengers a night."},
		{Lang: "en", Text: "Extra ferries to Kestrel Island are to take 640 people across every night: a pin from 1912 has to come out of the swing bridge, which stays shut at night. Ada Brennick, who runs the harbour at Port Ellery, expects eleven nights of it from the fourth of March."},
		{Lang: "de", Text: "Die Drehbrücke von Port Ellery wird ab dem 4. März elf Nächte lang gesperrt, weil ihr Bolzen von 1912 ersetzt wird, sagte Hafenmeisterin Ada Brennick. Die Fähren nach Kestrel Island befördern 640 Fahrgäste je Nacht."},
		{Lang: "en", Text: "Lorrimer Mills reported a profit of 3.1 million crowns for the third quarter, down from 3.9 million, on dearer flax."},
	} {
		s.ID = int64(i + 1)
		d := g.Add(s)
		fmt.Println(d.Event, d.Relation)
	}
	// Output:
	// 1 founds
	// 1 report
	// 1 translation
	// 4 founds
}
