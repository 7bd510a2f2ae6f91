package vuln

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"seawall/internal/vuln/store"
)

// Outcome is what became of one part of the database in an update or import.
type Outcome struct {
	// Name is the ecosystem, "KEV" or "EPSS".
	Name string
	// State is Updated, Unchanged, Kept or Failed.
	State State
	File  store.File
	// Err is why the part is Kept or Failed. For an Updated one it is the
	// first record that was left out as broken, if any.
	Err error
}

// State is a word for an Outcome.
type State string

// Updated: from new data. Unchanged: the source has nothing newer. Kept: not
// asked for, or the new data failed; the old part stays. Failed: there is
// neither new nor old.
const (
	Updated   State = "updated"
	Unchanged State = "unchanged"
	Kept      State = "kept"
	Failed    State = "failed"
)

// Summary is what an update, import or build did.
type Summary struct {
	Outcomes []Outcome
	// Signer is the fingerprint of the key that signed a database file that
	// was imported or built; Learned is true if it is trusted only since this
	// import.
	Signer  string
	Learned bool
}

// Err gives the parts that were asked for and could not be had as one error.
func (s *Summary) Err() error {
	var failed []error
	for _, o := range s.Outcomes {
		if o.Err != nil && (o.State == Failed || o.State == Kept) {
			failed = append(failed, fmt.Errorf("%s: %w", o.Name, o.Err))
		}
	}
	return errors.Join(failed...)
}

// ImportOptions says how to import.
type ImportOptions struct {
	Home string
	// Replace drops what is in the database and not in the import. Otherwise
	// it is kept: a site that imports Debian alone does not lose npm.
	Replace bool
	// Key is the key that must have signed a database file: a file with the
	// public key, or its fingerprint.
	Key string
}

// Import takes advisories from a folder in the OSV export's layout or from a
// database file that Build wrote. On an error the database stays as it is. The
// parts of a folder stand for themselves: one that fails does not stop the
// others, and the summary says so.
func Import(ctx context.Context, path string, options ImportOptions) (*Summary, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("cannot import advisories: %w", err)
	}
	draft, err := store.Begin(options.Home)
	if err != nil {
		return nil, err
	}
	summary, err := importInto(ctx, draft, path, info.IsDir(), options)
	if err != nil {
		return nil, errors.Join(err, draft.Discard())
	}
	return summary, finish(draft, summary, !options.Replace)
}

func importInto(ctx context.Context, draft *store.Draft, path string, isFolder bool, options ImportOptions) (*Summary, error) {
	if isFolder {
		return buildParts(ctx, draft.Dir, path)
	}
	bundle, err := draft.ReadBundle(ctx, path, store.Trust{Home: options.Home, Wanted: options.Key})
	if err != nil {
		return nil, err
	}
	summary := &Summary{Signer: bundle.Signer, Learned: bundle.Learned}
	for _, f := range bundle.Files {
		summary.Outcomes = append(summary.Outcomes, Outcome{Name: f.Label(), State: Updated, File: f})
	}
	return summary, nil
}

// buildParts builds everything that a folder holds.
func buildParts(ctx context.Context, dir, folder string) (*Summary, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	found, err := scanExport(folder)
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	summary := &Summary{}
	for _, family := range slices.Sorted(maps.Keys(found.ecosystems)) {
		file, firstBroken, err := buildSegment(ctx, dir, family, now, found.ecosystems[family])
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		summary.add(family, file, firstBroken, err)
	}
	for kind, source := range map[store.Kind]string{store.EPSS: found.epss, store.KEV: found.kev} {
		if source != "" {
			file, err := buildExploitTable(dir, kind, source, now)
			summary.add(store.File{Kind: kind}.Label(), file, nil, err)
		}
	}
	return summary, nil
}

func (s *Summary) add(name string, file store.File, firstBroken, err error) {
	if err != nil {
		s.Outcomes = append(s.Outcomes, Outcome{Name: name, State: Failed, Err: err})
		return
	}
	s.Outcomes = append(s.Outcomes, Outcome{Name: name, State: Updated, File: file, Err: firstBroken})
}

// finish takes over what the draft does not have anew and switches to it. If
// nothing could be had, the database stays as it is and the reasons are the
// error.
func finish(draft *store.Draft, summary *Summary, keepOthers bool) error {
	if !slices.ContainsFunc(summary.Outcomes, func(o Outcome) bool { return o.State == Updated || o.State == Unchanged }) {
		return errors.Join(errors.New("the advisory database was not changed"), summary.Err(), draft.Discard())
	}
	if err := summary.keepOld(draft, keepOthers); err != nil {
		return errors.Join(err, draft.Discard())
	}
	var files []store.File
	for _, o := range summary.Outcomes {
		if o.State != Failed {
			files = append(files, o.File)
		}
	}
	return draft.Commit(files, time.Now())
}

// keepOld takes the old files over that are not there anew: those that failed,
// and with others set those that were not asked for.
func (s *Summary) keepOld(draft *store.Draft, others bool) error {
	for _, old := range draft.Old() {
		i := slices.IndexFunc(s.Outcomes, func(o Outcome) bool { return o.Name == old.Label() })
		switch {
		case i < 0 && others:
			s.Outcomes = append(s.Outcomes, Outcome{Name: old.Label(), State: Kept, File: old})
		case i >= 0 && s.Outcomes[i].State == Failed:
			s.Outcomes[i].State, s.Outcomes[i].File = Kept, old
		default:
			continue
		}
		if err := draft.Keep(old); err != nil {
			return err
		}
	}
	return nil
}

// Build packs advisories into one portable file for Import on another machine,
// signed with this installation's key: those of a folder in the OSV export's
// layout, or with folder "" those of the database in use.
func Build(ctx context.Context, home, folder, output string) (summary *Summary, err error) {
	key, err := store.LocalKey(home)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(filepath.Dir(output), ".seawall-build-*")
	if err != nil {
		return nil, fmt.Errorf("cannot make a temporary folder beside the output: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	summary, err = partsToPack(ctx, home, folder, dir)
	if err != nil {
		return nil, err
	}
	summary.Signer = store.Fingerprint(key.Public().(ed25519.PublicKey))
	var files []store.File
	for _, o := range summary.Outcomes {
		if o.State != Failed {
			files = append(files, o.File)
		}
	}
	if len(files) == 0 {
		return nil, errors.Join(fmt.Errorf("%s was not written", output), summary.Err())
	}
	return summary, store.WriteBundle(ctx, dir, files, time.Now(), key, output)
}

func partsToPack(ctx context.Context, home, folder, dir string) (*Summary, error) {
	if folder != "" {
		return buildParts(ctx, dir, folder)
	}
	current, err := store.Open(home)
	if err != nil {
		return nil, err
	}
	summary := &Summary{}
	for _, f := range current.Manifest.Files {
		if err := current.CopyTo(dir, f); err != nil {
			return nil, err
		}
		summary.Outcomes = append(summary.Outcomes, Outcome{Name: f.Label(), State: Unchanged, File: f})
	}
	return summary, nil
}
