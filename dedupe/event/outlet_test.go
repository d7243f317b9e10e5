package event

import "testing"

// Whom a report quotes is said by name, in Latin letters or as its language writes it.
func TestQuotedOutletsTieReportsOfTwoLanguages(t *testing.T) {
	for _, c := range []struct{ lang, quoting, other string }{
		{"ar", "قال مسؤول لصحيفة نيويورك تايمز إن الاتفاق قريب", "قال مسؤول لصحيفة محلية إن الاتفاق قريب"},
		{"ar", "ذكرت صحيفة فايننشال تايمز أن الاتفاق قريب", "ذكرت صحيفة محلية أن الاتفاق قريب"},
		{"ar", "وفقا لوكالة رويترز فإن الاتفاق قريب", "وفقا لوكالة محلية فإن الاتفاق قريب"},
		{"ru", "Чиновник сказал газете «Нью-Йорк таймс», что договор близок", "Чиновник сказал местной газете, что договор близок"},
		{"de", "Der New York Times sagte ein Beamter, die Einigung sei nah", "Einer Zeitung sagte ein Beamter, die Einigung sei nah"},
		{"zh", "一名官员对路透社 (Reuters) 说，协议即将达成", "一名官员对记者说，协议即将达成"},
	} {
		english := NewProfile(Story{ID: 1, Lang: "en", Text: "An official told the New York Times, the Financial Times and Reuters that the deal was near."}, nil)
		with := cross(english, NewProfile(Story{ID: 2, Lang: c.lang, Text: c.quoting}, nil)).strength
		without := cross(english, NewProfile(Story{ID: 3, Lang: c.lang, Text: c.other}, nil)).strength
		if with <= without {
			t.Errorf("%s: %q shares %.2f, %q %.2f", c.lang, c.quoting, with, c.other, without)
		}
	}
}
