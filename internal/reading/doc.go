// Package reading is what reading apps see of the store: items that belong to
// feeds, streams of them, numbers of unread ones, and marks. The protocols that
// apps speak are in the packages below internal/web; they differ in spelling
// only, and this is what they spell.
//
// An item is a story: its lead stands for it, under the feed that carries the
// lead, so that an app with forty feeds shows each story once and counts it
// once. Marking it marks the story, and with it all copies; a copy that comes
// in later is no new item. With [Reader.Copies], every article is an item.
//
//	rd := reading.Reader{}
//	page, err := rd.List(tx, reading.Stream{Unread: true, Limit: 1000})
//	for _, it := range page.Items {
//		…
//	}
//	_, err = rd.Mark(tx, []int64{page.Items[0].ID}, reading.Read)
//
// The ID of an item is the number of its story, or article: positive, below 2⁵³
// and growing in the order in which items came in. Streams are in that order,
// so a position in one is the last ID seen, and stays right while items are
// marked or come in. A story that was merged into another one is still found
// under its old ID.
package reading
