package notation

import (
	"strconv"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// User fills in user, uid, group and gid from USER[:GROUP], each a name or a
// number. As the engine does, it reads "00" and "+0" as numbers; the name root
// is uid 0 in every image that is not made to deceive. What other names stand
// for, and who it is where nothing is written, only the image knows.
func User(f document.Facts, v document.Value, c *asset.Container) {
	if v.Exists() && !v.IsScalar() {
		for _, fact := range []string{"user", "uid", "group", "gid"} {
			f.Wrong(fact, v, "USER[:GROUP]")
		}
		return
	}
	var written string
	f.Text("user", v, &written)
	c.User, c.Group, _ = strings.Cut(written, ":")
	if c.User == "" {
		const reason = "no user is written, so the image decides"
		f.Default("user", v)
		f.Note("uid", v.Unknown(reason))
		f.Note("gid", v.Unknown(reason))
		return
	}
	number(f, "uid", v, c.User, &c.UID)
	f.Explicit("group", v)
	if c.Group == "" {
		f.Default("group", v)
		f.Note("gid", v.Unknown("no group is written, so the image's /etc/passwd decides"))
		return
	}
	number(f, "gid", v, c.Group, &c.GID)
}

func number(f document.Facts, path string, v document.Value, text string, into *int64) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil && text != "root" {
		f.Note(path, v.Unknown(strconv.Quote(text)+" is a name: the image's /etc/passwd and /etc/group decide"))
		return
	}
	*into = id
	f.Explicit(path, v)
}
