// Package delivery makes digests of a store and brings them to people: by mail,
// to a web hook, into a file or a folder.
//
// What a recipient has been told is a cursor of its own, so nothing is lost when
// one of several cannot be reached: its next digest begins where its last one
// ended. A digest that nobody can take back, a mail or a call of a hook, is sent
// at most once. For that, the store is told before and after:
//
//	connect, log in, name sender and recipient   a crash here: sent again
//	the text is written                          a crash here: sent again
//	"being sent" is committed
//	the end of the text is sent, the server takes over
//	"sent" is committed, and the cursor moved
//
// Whoever finds "being sent" after a crash cannot know whether the server took
// the mail over. It is then taken for sent, and the next digest says that one may
// be missing. A refusal is certain knowledge: the mark is taken back.
//
// Files are written beside their name and moved to it, so that writing one again
// does no harm.
//
// Web hooks are signed as https://www.standardwebhooks.com says.
package delivery
