package system

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"seawall/internal/asset"
)

// setUID finds the number that the configured user stands for, the way container
// engines do: "user", "user:group"; a name of passwd first, even one of digits,
// then a number in any spelling ("0", "00", "+0"). Where the user is not known
// there is none to look up: a root file system has no configuration, and a
// configuration may be damaged.
func setUID(subject *asset.Subject[asset.Image], accounts []asset.Account) {
	switch subject.Origins["user"].Kind {
	case asset.Inexpressible, asset.Unknown:
		return
	}
	uid, reason := resolveUID(&subject.Facts, accounts)
	subject.Facts.UID = uid
	if reason == "" {
		delete(subject.Origins, "uid")
		return
	}
	subject.Origins["uid"] = asset.Origin{Kind: asset.Unknown, Reason: reason}
}

// resolveUID gives the number, or the reason why there is none.
func resolveUID(facts *asset.Image, accounts []asset.Account) (int64, string) {
	name, _, _ := strings.Cut(facts.User, ":")
	if name == "" {
		return 0, ""
	}
	for _, account := range accounts {
		if account.Name == name {
			return account.UID, unreadLayer(facts.Layers)
		}
	}
	if uid, err := strconv.ParseInt(name, 10, 64); err == nil {
		if uid < 0 || uid > math.MaxInt32 {
			return 0, fmt.Sprintf("the user %q is not a valid uid, so the container does not start", name)
		}
		return uid, ""
	}
	if unread := unreadLayer(facts.Layers); unread != "" {
		return 0, unread
	}
	if name == "root" {
		return 0, ""
	}
	if len(accounts) == 0 {
		return 0, fmt.Sprintf("the image has no account in /etc/passwd that tells the uid of the user %q", name)
	}
	return 0, fmt.Sprintf("the user %q is not in the image's /etc/passwd", name)
}
