package page

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// TestDecodeGuesses: a page whose declaration is missing or wrong is read in the
// character set that makes writing of it.
func TestDecodeGuesses(t *testing.T) {
	for _, c := range []struct {
		name string
		set  encoding.Encoding
		text string
	}{
		{"GBK", simplifiedchinese.GBK, "港务局长表示，埃勒里港在风暴将两台起重机从轨道上掀翻后关闭。船只整天都在防波堤外等候，码头工人被告知回家。"},
		{"Big5", traditionalchinese.Big5, "港務局長表示，埃勒里港在風暴將兩台起重機從軌道上掀翻後關閉。船隻整天都在防波堤外等候，碼頭工人被告知回家。"},
		{"EUC-KR", korean.EUCKR, "항만 책임자에 따르면 폭풍으로 크레인 두 대가 레일에서 벗어나면서 월요일에 항구가 폐쇄되었다."},
		{"Shift_JIS", japanese.ShiftJIS, "港長によると、エラリー港は嵐で二台のクレーンがレールから外れたため、月曜日に閉鎖された。"},
		{"EUC-JP", japanese.EUCJP, "港長によると、エラリー港は嵐で二台のクレーンがレールから外れたため、月曜日に閉鎖された。"},
		{"windows-1251", charmap.Windows1251, "Порт был закрыт в понедельник после шторма, сообщил капитан порта."},
		{"KOI8-R", charmap.KOI8R, "Порт был закрыт в понедельник после шторма, сообщил капитан порта."},
		{"windows-1256", charmap.Windows1256, "أغلق ميناء بورت إيليري يوم الاثنين بعد عاصفة اقتلعت رافعتين من قضبانهما."},
		{"windows-1252", charmap.Windows1252, "Der Hafen wurde am Montag geschlossen, die Fähren fallen für drei Tage aus – größere Schäden gab es nicht."},
	} {
		for _, head := range []string{"", "<meta charset=utf-8>", "<html lang=en><meta charset=utf-8>"} {
			b, err := c.set.NewEncoder().String(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(Decode([]byte(head+"<p>"+b), "")); !strings.HasSuffix(got, "<p>"+c.text) {
				t.Errorf("%s after %q reads %q", c.name, head, got)
			}
		}
	}
}
