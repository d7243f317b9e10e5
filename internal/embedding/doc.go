// Package embedding asks a server for the embeddings of texts: vectors that are alike
// where texts mean alike, in whatever languages the server's model knows. The server is
// any that speaks the interface of OpenAI (POST …/v1/embeddings,
// https://platform.openai.com/docs/api-reference/embeddings), on this machine as a rule.
//
//	c, err := embedding.New(embedding.Options{URL: "http://127.0.0.1:8080", Model: "some-model"})
//	if err != nil {
//		return err
//	}
//	vectors, err := c.Embed(ctx, []string{"Bridge shut", "Brücke gesperrt"})
//
// Whoever asks has to do without an answer. After a failure the server is left alone for
// half a minute, then twice as long each time, up to a quarter of an hour, and
// [Client.Embed] returns [ErrPaused] at once; an answer ends that. Requests have a limit
// of time, answers one of size, and what is no vector is refused.
package embedding
