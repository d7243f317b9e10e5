package extract

import "testing"

func TestGuessLanguage(t *testing.T) {
	for _, tt := range []struct{ lang, text string }{
		{"en", "The harbour was closed for nine hours on Monday, and the ferry had to wait in the roads with the other ships."},
		{"de", "Der Hafen war am Montag für neun Stunden geschlossen, und die Fähre musste mit den anderen Schiffen auf der Reede warten."},
		{"fr", "Le port a été fermé pendant neuf heures lundi, et le ferry a dû attendre dans la rade avec les autres navires."},
		{"es", "El puerto estuvo cerrado nueve horas el lunes, y el transbordador tuvo que esperar en la rada con los otros barcos de la isla."},
		{"ru", "Порт был закрыт девять часов, и паром ждал на рейде."},
		{"uk", "Порт був закритий дев'ять годин, і пором чекав на рейді."},
		{"ar", "أغلق الميناء تسع ساعات يوم الاثنين"},
		{"ja", "港は月曜日に九時間にわたって閉鎖された"},
		{"zh", "港口星期一关闭了九个小时渡轮在外等候"},
		{"ko", "항구는 월요일에 아홉 시간 동안 폐쇄되었다"},
		{"", "Lorem ipsum"},
		{"", ""},
		{"", "12 34 56"},
	} {
		if got := guessLanguage(tt.text); got != tt.lang {
			t.Errorf("guessLanguage(%q) = %q, want %q", tt.text, got, tt.lang)
		}
	}
}
