package rule

// Knows tells if this version has facts for rules whose `on` is this.
func Knows(on string) bool { return subjects[on] != nil }
