// Program is built by the tests: it has a dependency.
package main

import (
	"fmt"

	"github.com/package-url/packageurl-go"
)

func main() {
	fmt.Println(packageurl.NewPackageURL("generic", "", "harbour", "", nil, ""))
}
