package embedding_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"newsfold/internal/embedding"
)

func ExampleClient_Embed() {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"data": [{"index": 0, "embedding": [1, 0, 0, 0, 0, 0, 0, 0]}, {"index": 1, "embedding": [0.9, 0.1, 0, 0, 0, 0, 0, 0]}]}`)
	}))
	defer srv.Close()
	c, err := embedding.New(embedding.Options{URL: srv.URL, Model: "some-model"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	vectors, err := c.Embed(context.Background(), []string{"Bridge shut", "Brücke gesperrt"})
	if err != nil {
		fmt.Println(err) // go on without
		return
	}
	fmt.Println(len(vectors), "vectors of", len(vectors[0]), "numbers")
	// Output: 2 vectors of 8 numbers
}
