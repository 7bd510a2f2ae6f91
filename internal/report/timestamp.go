package report

import (
	"fmt"
	"strconv"
	"time"
)

// Timestamp gives the time to put into a report: now, or what the environment
// variable SOURCE_DATE_EPOCH says (reproducible-builds.org: seconds since
// 1970), so that the same input gives the same bytes.
func Timestamp(sourceDateEpoch string, now time.Time) (time.Time, error) {
	if sourceDateEpoch == "" {
		return now.UTC().Truncate(time.Second), nil
	}
	seconds, err := strconv.ParseInt(sourceDateEpoch, 10, 64)
	if err != nil || seconds < 0 {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH is %q: set it to a number of seconds since 1970 or unset it", sourceDateEpoch)
	}
	return time.Unix(seconds, 0).UTC(), nil
}
