package digest

import (
	"html/template"
	"io"
)

// The HTML form of a digest is made for mail: one column, every style on its
// element, since mail programs drop what stands in the head; the colours of the
// dark are in the head, for those that know the dark. It loads nothing: no
// picture tells a publisher that, and when, it was read.
var htmlPage = template.Must(template.New("digest").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{{.Title}}</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background: #17191c !important; color: #e6e6e6 !important; }
  .dim { color: #a9afb7 !important; }
  .rule { border-color: #3a3f45 !important; }
  a { color: #8ab4f8 !important; }
}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#ffffff;color:#1c1e21;">
<div class="page" style="max-width:640px;margin:0 auto;padding:24px 16px;background:#ffffff;color:#1c1e21;font-family:Georgia,'Times New Roman',serif;font-size:17px;line-height:1.5;">
<h1 style="margin:0;font-size:28px;line-height:1.2;">{{.Title}}</h1>
<p class="dim" style="margin:4px 0 0;color:#5b626a;font-family:Helvetica,Arial,sans-serif;font-size:14px;">{{.Span}}</p>
{{- with .Note}}
<p class="rule" style="margin:16px 0 0;padding:0 0 0 12px;border-left:4px solid #c9ced4;">{{.}}</p>
{{- end}}
{{- if .Empty}}
<p style="margin:24px 0;">No stories.</p>
{{- end}}
{{- range .Sections}}
<h2 class="rule" style="margin:32px 0 0;padding:0 0 4px;border-bottom:1px solid #c9ced4;font-family:Helvetica,Arial,sans-serif;font-size:16px;">{{.Title}}</h2>
{{- range .Stories}}
<div style="margin:18px 0 0;"{{with .Lang}} lang="{{.}}"{{end}}{{if .RTL}} dir="rtl"{{end}}>
<h3 style="margin:0;font-size:19px;line-height:1.3;">{{if .URL}}<a href="{{.URL}}" style="color:#0b57d0;text-decoration:none;">{{.Title}}</a>{{else}}{{.Title}}{{end}}</h3>
{{- with .Where}}
<p class="dim" style="margin:2px 0 0;color:#5b626a;font-family:Helvetica,Arial,sans-serif;font-size:13px;"><bdi>{{.}}</bdi></p>
{{- end}}
{{- with .What}}
<p style="margin:4px 0 0;font-family:Helvetica,Arial,sans-serif;font-size:13px;font-weight:bold;" lang="en" dir="ltr">{{.}}</p>
{{- end}}
{{- if and .Lede (ne .Lede .Title)}}
<p style="margin:6px 0 0;">{{.Lede}}</p>
{{- end}}
{{- if or .First .Copies}}
<p class="dim" style="margin:6px 0 0;color:#5b626a;font-family:Helvetica,Arial,sans-serif;font-size:13px;" lang="en" dir="ltr">
{{- with .First}}First: <bdi>{{.}}</bdi>. {{end -}}
{{- if .Copies}}Also in: {{range $i, $c := .Copies}}{{if $i}}; {{end}}{{if .URL}}<a href="{{.URL}}" style="color:#0b57d0;"><bdi>{{.Where}}</bdi></a>{{else}}<bdi>{{.Where}}</bdi>{{end}}{{with .What}} ({{.}}){{end}}{{end}}{{with .More}}; and {{.}} more{{end}}{{end -}}
</p>
{{- end}}
{{- with .Others}}
<p class="dim" style="margin:6px 0 0;color:#5b626a;font-family:Helvetica,Arial,sans-serif;font-size:13px;" lang="en" dir="ltr">Other reports: {{range $i, $r := .}}{{if $i}}; {{end}}{{if .URL}}<a href="{{.URL}}" style="color:#0b57d0;"><bdi{{with .Lang}} lang="{{.}}"{{end}}>{{.Title}}</bdi></a>{{else}}<bdi{{with .Lang}} lang="{{.}}"{{end}}>{{.Title}}</bdi>{{end}}{{with .Where}} (<bdi>{{.}}</bdi>){{end}}{{end}}</p>
{{- end}}
</div>
{{- end}}
{{- end}}
</div>
</body>
</html>
`))

func writeHTML(w io.Writer, d Digest) error { return htmlPage.Execute(w, d.page()) }
