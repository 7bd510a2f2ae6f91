package vuln

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"seawall/internal/vuln/exploit"
	"seawall/internal/vuln/feed"
	"seawall/internal/vuln/index"
	"seawall/internal/vuln/store"
)

// Where the public data are. UpdateOptions and the environment can name others.
const (
	DefaultOSV  = "https://osv-vulnerabilities.storage.googleapis.com"
	DefaultKEV  = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
	DefaultEPSS = "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz"
)

// DefaultEcosystems are those whose packages Seawall finds in images, as far as
// OSV exports them: Photon OS it does not.
var DefaultEcosystems = []string{
	"AlmaLinux", "Alpine", "Azure Linux", "Chainguard", "Debian", "Go", "Mageia", "Maven", "npm", "openEuler",
	"openSUSE", "PyPI", "Red Hat", "Rocky Linux", "SUSE", "Ubuntu", "Wolfi",
}

// UpdateOptions says what to download and how. Empty fields stand for the
// defaults.
type UpdateOptions struct {
	Home       string
	Ecosystems []string
	// OSV is the address below which <Ecosystem>/all.zip lies; KEV and EPSS
	// are the addresses of the files.
	OSV, KEV, EPSS string
	// Timeout bounds the whole update, 0 for an hour.
	Timeout time.Duration
	// Client downloads; nil for the usual one.
	Client *feed.Client
	// Progress is called from several goroutines; nil for none.
	Progress func(Progress)
}

// Progress is how far one part of an update is.
type Progress struct {
	// Name is the ecosystem, "KEV" or "EPSS".
	Name string
	// Stage is "download", "index" or "done".
	Stage string
	// Done and Total are in bytes; Total is -1 if not known.
	Done, Total int64
}

// parallelDownloads is small, as the servers are someone else's.
const parallelDownloads = 4

// Update brings the database up to date. Each part stands for itself: one that
// cannot be had keeps its old state, and the summary's Err says so. On an error
// of Update itself the database stays as it was.
func Update(ctx context.Context, options UpdateOptions) (*Summary, error) {
	options.fillIn()
	ctx, cancel := context.WithTimeoutCause(ctx, options.Timeout, fmt.Errorf("it took longer than %s", options.Timeout))
	defer cancel()
	draft, err := store.Begin(options.Home)
	if err != nil {
		return nil, err
	}
	downloads, err := draft.Downloads()
	if err != nil {
		return nil, errors.Join(err, draft.Discard())
	}
	u := &update{options: options, draft: draft, downloads: downloads, now: time.Now().UTC()}
	summary := &Summary{Outcomes: u.all(ctx)}
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil, errors.Join(context.Cause(ctx), draft.Discard())
	}
	return summary, finish(draft, summary, true)
}

func (o *UpdateOptions) fillIn() {
	for _, setting := range []struct {
		field                 *string
		environment, standard string
	}{
		{&o.OSV, "SEAWALL_OSV_URL", DefaultOSV},
		{&o.KEV, "SEAWALL_KEV_URL", DefaultKEV},
		{&o.EPSS, "SEAWALL_EPSS_URL", DefaultEPSS},
	} {
		if *setting.field == "" {
			*setting.field = os.Getenv(setting.environment)
		}
		if *setting.field == "" {
			*setting.field = setting.standard
		}
	}
	if len(o.Ecosystems) == 0 {
		o.Ecosystems = DefaultEcosystems
	}
	if o.Timeout == 0 {
		o.Timeout = time.Hour
	}
	if o.Client == nil {
		o.Client = feed.NewClient("seawall")
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
}

type update struct {
	options   UpdateOptions
	draft     *store.Draft
	downloads string
	now       time.Time
	// indexing is held while an index is built: the largest has over a million
	// advisories and takes hundreds of megabytes.
	indexing sync.Mutex
}

// task is one part of the database to bring up to date.
type task struct {
	kind      store.Kind
	ecosystem string
	url       string
	format    int
}

func (u *update) tasks() []task {
	var tasks []task
	for _, e := range u.options.Ecosystems {
		address := strings.TrimSuffix(u.options.OSV, "/") + "/" + url.PathEscape(e) + "/all.zip"
		tasks = append(tasks, task{kind: store.Advisories, ecosystem: e, url: address, format: index.FormatVersion})
	}
	return append(tasks,
		task{kind: store.EPSS, url: u.options.EPSS, format: exploit.FormatVersion},
		task{kind: store.KEV, url: u.options.KEV, format: exploit.FormatVersion})
}

func (u *update) all(ctx context.Context) []Outcome {
	tasks := u.tasks()
	outcomes := make([]Outcome, len(tasks))
	slots := make(chan struct{}, parallelDownloads)
	var running sync.WaitGroup
	for i, t := range tasks {
		running.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			outcomes[i] = u.one(ctx, t)
			u.options.Progress(Progress{Name: outcomes[i].Name, Stage: "done", Total: -1})
		})
	}
	running.Wait()
	return outcomes
}

func (u *update) one(ctx context.Context, t task) Outcome {
	outcome := Outcome{Name: store.File{Kind: t.kind, Ecosystem: t.ecosystem}.Label(), State: Failed}
	old, source := u.old(t)
	path := filepath.Join(u.downloads, downloadName(t))
	result, err := u.options.Client.Get(ctx, t.url, path, source, func(done, total int64) {
		u.options.Progress(Progress{Name: outcome.Name, Stage: "download", Done: done, Total: total})
	})
	switch {
	case err != nil:
		outcome.Err = err
	case result.Unchanged:
		old.Checked = u.now
		if outcome.Err = u.draft.Keep(old); outcome.Err == nil {
			outcome.State, outcome.File = Unchanged, old
		}
	default:
		u.options.Progress(Progress{Name: outcome.Name, Stage: "index", Total: -1})
		outcome.File, outcome.Err, err = u.index(ctx, t, path, result)
		if outcome.State = Updated; err != nil {
			outcome.State, outcome.Err = Failed, err
		}
		// What was downloaded is not needed any more, whatever became of it.
		outcome.Err = errors.Join(outcome.Err, os.Remove(path))
	}
	return outcome
}

// old gives the part as the database has it, and what to ask the server with:
// nothing if the part came from elsewhere or would have to be built anew.
func (u *update) old(t task) (store.File, feed.Source) {
	files := u.draft.Old()
	i := slices.IndexFunc(files, func(f store.File) bool { return f.Kind == t.kind && f.Ecosystem == t.ecosystem })
	if i < 0 || files[i].URL != t.url || files[i].Format != t.format || u.draft.VerifyOld(files[i]) != nil {
		return store.File{}, feed.Source{}
	}
	return files[i], feed.Source{ETag: files[i].ETag, LastModified: files[i].LastModified}
}

func downloadName(t task) string {
	if t.kind == store.Advisories {
		return fileName(t.ecosystem) + ".zip"
	}
	return string(t.kind)
}

func (u *update) index(ctx context.Context, t task, path string, result feed.Result) (file store.File, firstBroken, err error) {
	u.indexing.Lock()
	defer u.indexing.Unlock()
	if t.kind == store.Advisories {
		file, firstBroken, err = buildSegment(ctx, u.draft.Dir, t.ecosystem, u.now, zipReader(path))
	} else {
		file, err = buildExploitTable(u.draft.Dir, t.kind, path, u.now)
	}
	file.URL, file.ETag, file.LastModified, file.Checked = t.url, result.Source.ETag, result.Source.LastModified, u.now
	return file, firstBroken, err
}
