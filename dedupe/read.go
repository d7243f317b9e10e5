package dedupe

// ReadSketch returns what a sketch of [Decision] says of an article: for an
// [Index] that is filled anew. ok is false for sketches of an older layout, whose
// articles have to be folded again.
func ReadSketch(id int64, sketch []byte) (x Indexed, keys []uint32, ok bool) {
	x, keys, ok = decodeSketch(sketch, nil)
	x.ID = id
	return x, keys, ok && id > 0
}

// Keys appends to dst the keys by which [Folder.FoldIn] is going to look an article
// up, so that an index in a database can be asked for many articles at once. What it
// reads of the article is kept for folding it, as long as there is room.
func (f *Folder) Keys(a Article, dst []uint32) []uint32 {
	d := f.read(a)
	f.cache.put(a.ID, d)
	return append(dst, f.sk.sketch(d)...)
}
