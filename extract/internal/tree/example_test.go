package tree_test

import (
	"fmt"
	"os"

	"golang.org/x/net/html"

	"newsfold/extract/internal/tree"
)

func ExampleBuild() {
	root := tree.Build([]byte("<p>The <b>harbour<p>was closed"))
	if err := html.Render(os.Stdout, root); err != nil {
		fmt.Println(err)
	}
	fmt.Println()
	fmt.Println(tree.Build([]byte("<template>")) == nil)
	// Output:
	// <html><head></head><body><p>The <b>harbour</b></p><p><b>was closed</b></p></body></html>
	// true
}
