package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/mmcdole/gofeed"
	"go.etcd.io/bbolt"
)

// floor reads the feeds of a list into a database.
func floor(list, file string) error {
	b, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	db, err := bbolt.Open(file, 0o600, nil)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	tags := map[string]string{}
	_ = db.View(func(tx *bbolt.Tx) error {
		if bk := tx.Bucket([]byte("tags")); bk != nil {
			return bk.ForEach(func(k, v []byte) error { tags[string(k)] = string(v); return nil })
		}
		return nil
	})
	urls := make(chan string)
	parsed := make(chan got, 100)
	var wg sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}}
	for range 100 {
		wg.Go(func() {
			for u := range urls {
				if g, ok := read(client, u, tags[u]); ok {
					parsed <- g
				}
			}
		})
	}
	go func() {
		for _, u := range strings.Fields(string(b)) {
			urls <- u
		}
		close(urls)
		wg.Wait()
		close(parsed)
	}()
	var batch []got
	for g := range parsed {
		if batch = append(batch, g); len(batch) == 50 {
			if err := keep(db, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return keep(db, batch)
}

type got struct {
	url, tag string
	feed     *gofeed.Feed
}

func read(client *http.Client, u, tag string) (got, bool) {
	req, err := http.NewRequest("GET", u, nil)
	if err != nil {
		return got{}, false
	}
	if tag != "" {
		req.Header.Set("If-None-Match", tag)
	}
	res, err := client.Do(req)
	if err != nil {
		log.Print(err)
		return got{}, false
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 {
		return got{}, false
	}
	f, err := gofeed.NewParser().Parse(bytes.NewReader(body))
	if err != nil {
		log.Print(err)
		return got{}, false
	}
	return got{u, res.Header.Get("ETag"), f}, true
}

func keep(db *bbolt.DB, batch []got) error {
	return db.Update(func(tx *bbolt.Tx) error {
		items, err := tx.CreateBucketIfNotExists([]byte("items"))
		if err != nil {
			return err
		}
		tags, err := tx.CreateBucketIfNotExists([]byte("tags"))
		if err != nil {
			return err
		}
		for _, g := range batch {
			for _, it := range g.feed.Items {
				key := []byte(g.url + "\x00" + it.GUID + it.Link)
				if items.Get(key) != nil {
					continue
				}
				v, err := json.Marshal(it)
				if err != nil {
					return err
				}
				if err := items.Put(key, v); err != nil {
					return err
				}
			}
			if err := tags.Put([]byte(g.url), []byte(g.tag)); err != nil {
				return err
			}
		}
		return nil
	})
}
