package newsroom

// words are what stands around an article, in the language of its outlet.
type words struct {
	Cookies, Accept, Settings, By, Mail, Print, Link string
	Letter, Pitch, Sign, Related                     string
	About, Contact, Terms, Rights                    string
	Nav                                              []string
	Filler                                           []string
	date                                             string // layout
}

var languages = map[string]words{
	"en": {
		Cookies: "We and our partners use cookies to make this site work and to show you advertisements for boats.",
		Accept:  "Accept all", Settings: "Settings", By: "By", Mail: "Mail", Print: "Print", Link: "Copy link",
		Letter: "The evening letter", Pitch: "Five stories before supper, in your inbox every day.", Sign: "Sign up", Related: "Read also",
		About: "About us", Contact: "Contact", Terms: "Terms of use", Rights: "All rights reserved.",
		Nav:    []string{"News", "Region", "Trade", "Culture", "Tides", "Crossword"},
		Filler: []string{"Tide tables for the coming week", "Quiz: which lighthouse are you?", "In pictures: nets drying in the rain"},
		date:   "2 January 2006, 15:04",
	},
	"es": {
		Cookies: "Utilizamos cookies propias y de terceros para que este sitio funcione.",
		Accept:  "Aceptar", Settings: "Configurar", By: "Por", Mail: "Correo", Print: "Imprimir", Link: "Copiar enlace",
		Letter: "El boletín", Pitch: "Las noticias de las dos orillas, cada tarde en su correo.", Sign: "Suscribirse", Related: "Le puede interesar",
		About: "Quiénes somos", Contact: "Contacto", Terms: "Aviso legal", Rights: "Todos los derechos reservados.",
		Nav:    []string{"Portada", "Mundo", "Economía", "Cultura"},
		Filler: []string{"Las mareas de la semana", "Receta: arroz del faro"},
		date:   "02/01/2006 15:04",
	},
	"ar": {
		Cookies: "نستخدم ملفات تعريف الارتباط لتحسين تجربتك في هذا الموقع.",
		Accept:  "موافق", Settings: "الإعدادات", By: "بقلم", Mail: "بريد", Print: "طباعة", Link: "نسخ الرابط",
		Letter: "النشرة المسائية", Pitch: "أهم الأخبار في بريدك كل مساء.", Sign: "اشترك", Related: "اقرأ أيضاً",
		About: "من نحن", Contact: "اتصل بنا", Terms: "شروط الاستخدام", Rights: "جميع الحقوق محفوظة.",
		Nav:    []string{"الرئيسية", "تقارير", "اقتصاد", "ثقافة"},
		Filler: []string{"مواعيد المد والجزر هذا الأسبوع", "صور: شباك تجف تحت المطر"},
		date:   "2006/01/02 15:04",
	},
}
