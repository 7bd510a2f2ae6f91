package rule

import (
	"time"

	"seawall/internal/asset"
)

// Dockerfile makes a target of a Dockerfile; see Of. Values of variables that
// may be secret are masked wherever they turn up in messages.
func Dockerfile(a asset.Asset, subject *asset.Subject[asset.Dockerfile], now time.Time) Target {
	t := Of("dockerfile", a, subject, now)
	t.env = func() []asset.EnvVar {
		var env []asset.EnvVar
		for _, stage := range subject.Facts.Stages {
			env = append(env, stage.Env...)
		}
		return env
	}
	return t
}
