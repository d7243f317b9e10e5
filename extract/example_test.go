package extract_test

import (
	"fmt"

	"newsfold/extract"
)

func ExampleExtract() {
	page := []byte(`<html lang="en"><head><title>Storm closes harbour | Ellery Post</title></head><body>
<nav class="menu"><a href="/">Home</a> <a href="/world">World</a></nav>
<article><h1>Storm closes harbour</h1><p class="byline">By Tamsin Orde, 12 February 2024</p>
<p>PORT ELLERY (Reuters) – The harbour was closed for nine hours on Monday, the harbour master said after the storm.</p>
<p>Eleven ships waited in the roads until the evening, among them the ferry, which had 214 passengers on board.</p></article>
<footer class="footer">© Ellery Post</footer></body></html>`)
	d, err := extract.Extract(page, "https://www.ellerypost.example/storm", extract.Options{})
	if err != nil {
		fmt.Println(err) // the page is over the limit of size
		return
	}
	fmt.Println(d.Kind, d.Lang, d.Published.Format("2006-01-02"))
	fmt.Println(d.Title, "by", d.Byline)
	for _, o := range d.Origins {
		fmt.Println(o.Kind, o.Name)
	}
	fmt.Println(d.Text)
	// Output:
	// article en 2024-02-12
	// Storm closes harbour by Tamsin Orde
	// dateline Reuters
	// PORT ELLERY (Reuters) – The harbour was closed for nine hours on Monday, the harbour master said after the storm.
	//
	// Eleven ships waited in the roads until the evening, among them the ferry, which had 214 passengers on board.
}

func ExampleDocument_Shown() {
	page := []byte(`<html lang="en"><head><title>Storm closes harbour</title></head><body><article><header><h1>Storm closes harbour</h1>
<p>Ships wait outside Port Ellery, and the ferry stays in port for the night.</p></header>
<figure><img src="/pier.jpg" width="800" height="600"><figcaption>Waves at the pier</figcaption></figure>
<p>The harbour was closed for nine hours on Monday, the harbour master said after the storm.</p></article></body></html>`)
	d, err := extract.Extract(page, "https://www.ellerypost.example/storm", extract.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Shown())
	fmt.Println(d.Body == d.Text) // what is folded is without the caption
	// Output:
	// Ships wait outside Port Ellery, and the ferry stays in port for the night.
	//
	// Waves at the pier
	//
	// The harbour was closed for nine hours on Monday, the harbour master said after the storm.
	// true
}

func ExampleCredits() {
	body, origins := extract.Credits("The harbour was closed on Monday.\n\nThis article originally appeared on www.ellerypost.example.com\n\nLeave a comment")
	fmt.Println(body)
	fmt.Println(origins[0].Name, origins[0].URL)
	// Output:
	// The harbour was closed on Monday.
	// ellerypost.example.com https://www.ellerypost.example.com
}
