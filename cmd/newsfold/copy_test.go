package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestStoresAreToldApart(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, storeFile)
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	const one, other = "postgres://news@db.example/one", "postgres://news@db.example/other"
	for _, tt := range []struct {
		from, to string
		want     bool
	}{
		{dir, file, true},
		{dir, filepath.Join(t.TempDir(), "new.db"), false},
		{dir, one, false},
		{one, dir, false},
		{one, other, false},
		{one, one, true},
	} {
		if got := same(tt.from, tt.to); got != tt.want {
			t.Errorf("same(%s, %s) = %v", tt.from, tt.to, got)
		}
	}
}
