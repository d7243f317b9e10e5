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
// up, so that an index in a database can be asked for many articles at once.
func (f *Folder) Keys(a Article, dst []uint32) []uint32 {
	return append(dst, f.sk.sketch(newDoc(a, nil))...)
}
