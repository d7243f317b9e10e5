package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"newsfold/fetch"
	"newsfold/internal/embedding"
)

// maxKey bounds the file of the key for the server of embeddings, in bytes.
const maxKey = 4 << 10

// embedder returns the client of --embeddings; nil without.
func (a *app) embedder() (*embedding.Client, error) {
	if a.embeddings == "" {
		return nil, nil
	}
	key, err := a.embeddingsKey()
	if err != nil {
		return nil, err
	}
	opts := embedding.Options{URL: a.embeddings, Model: a.embeddingsModel, Key: key, Transport: a.transport}
	if opts.Transport == nil {
		if opts.Transport, err = fetch.NewTransport(a.allow); err != nil {
			return nil, usage("%v", err)
		}
	}
	client, err := embedding.New(opts)
	if err != nil {
		return nil, usage("--embeddings: %v", err)
	}
	return client, nil
}

// embeddingsKey reads the key from the environment or its file. It is no flag, since
// others see those.
func (a *app) embeddingsKey() (string, error) {
	if a.embeddingsKeyFile == "" {
		return os.Getenv("NEWSFOLD_EMBEDDINGS_KEY"), nil
	}
	f, err := os.Open(a.embeddingsKeyFile)
	if err != nil {
		return "", usage("--embeddings-key-file: %v", err)
	}
	defer func() { _ = f.Close() }() // only read
	b, err := io.ReadAll(io.LimitReader(f, maxKey+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("read the key of --embeddings: %w", err)
	case len(b) > maxKey:
		return "", usage("--embeddings-key-file %s: larger than the %d KiB that a key may have", a.embeddingsKeyFile, maxKey>>10)
	}
	return strings.TrimSpace(string(b)), nil
}
