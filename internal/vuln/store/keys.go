package store

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// signature is manifest.sig: an ed25519 signature over the manifest's bytes.
type signature struct {
	PublicKey []byte `json:"publicKey"`
	Signature []byte `json:"signature"`
}

// Fingerprint names a public key: "SHA256:" and the hash in base64, as OpenSSH
// writes it.
func Fingerprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// LocalKey gives the key with which this installation signs its database, and
// makes it on first use.
func LocalKey(home string) (ed25519.PrivateKey, error) {
	seed, err := readKey(filepath.Join(home, "keys", "local.key"), ed25519.SeedSize)
	if errors.Is(err, fs.ErrNotExist) {
		return makeLocalKey(home)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the key that signs the advisory database: %w; remove it and run `seawall db update` to start afresh", err)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

func makeLocalKey(home string) (ed25519.PrivateKey, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	if err := makeFolder(home, "keys"); err != nil {
		return nil, err
	}
	folder := filepath.Join(home, "keys")
	// An earlier public key without its private one is of no use.
	if err := os.Remove(filepath.Join(folder, "local.pub")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := writeFile(filepath.Join(folder, "local.pub"), encodeKey(public), 0o644); err != nil {
		return nil, fmt.Errorf("cannot write the key that signs the advisory database: %w", err)
	}
	if err := writeFile(filepath.Join(folder, "local.key"), encodeKey(private.Seed()), 0o600); err != nil {
		return nil, fmt.Errorf("cannot write the key that signs the advisory database: %w", err)
	}
	return private, nil
}

func encodeKey(key []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(key) + "\n") }

func readKey(path string, size int) ([]byte, error) {
	text, err := readBounded(path, 1024)
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != size {
		return nil, fmt.Errorf("%s holds no ed25519 key in base64", filepath.Base(path))
	}
	return key, nil
}

func sign(manifest []byte, key ed25519.PrivateKey) ([]byte, error) {
	public, _ := key.Public().(ed25519.PublicKey)
	return json.Marshal(signature{PublicKey: public, Signature: ed25519.Sign(key, manifest)})
}

// signer checks the signature and gives the key that made it.
func signer(manifest, sig []byte) (ed25519.PublicKey, error) {
	var s signature
	if err := json.Unmarshal(sig, &s); err != nil || len(s.PublicKey) != ed25519.PublicKeySize {
		return nil, errors.New("its signature cannot be read")
	}
	if !ed25519.Verify(s.PublicKey, manifest, s.Signature) {
		return nil, errors.New("its signature does not fit its manifest: it was changed after it was signed")
	}
	return s.PublicKey, nil
}

// Trust decides whether a database file signed by a key may be imported.
type Trust struct {
	Home string
	// Wanted is a file with a public key, or a key's fingerprint. The file's
	// signer must be this one, and is trusted from then on.
	Wanted string
}

// check accepts the key or says why not. unknown is true if the key is accepted
// although it was not known before: as the first one, or as the wanted one.
func (t Trust) check(key ed25519.PublicKey) (unknown bool, err error) {
	trusted, err := t.foreignKeys()
	if err != nil {
		return false, err
	}
	fingerprint := Fingerprint(key)
	if t.Wanted != "" {
		wanted, err := t.wantedFingerprint()
		if err != nil {
			return false, err
		}
		if wanted != fingerprint {
			return false, fmt.Errorf("the database file is signed by the key %s, not by the wanted %s", fingerprint, wanted)
		}
	}
	local, err := readKey(filepath.Join(t.Home, "keys", "local.pub"), ed25519.PublicKeySize)
	switch {
	case trusted[fingerprint], err == nil && bytes.Equal(local, key):
		return false, nil
	case t.Wanted == "" && len(trusted) > 0:
		return false, fmt.Errorf("the database file is signed by the key %s, which is not trusted here; if it is right, import it with --key %s", fingerprint, fingerprint)
	}
	return true, nil
}

func (t Trust) wantedFingerprint() (string, error) {
	if strings.HasPrefix(t.Wanted, "SHA256:") {
		return t.Wanted, nil
	}
	key, err := readKey(t.Wanted, ed25519.PublicKeySize)
	if err != nil {
		return "", fmt.Errorf("cannot read the wanted key: %w", err)
	}
	return Fingerprint(key), nil
}

func (t Trust) folder() string { return filepath.Join(t.Home, "keys", "trusted") }

// foreignKeys gives the fingerprints of the keys that were trusted so far.
func (t Trust) foreignKeys() (map[string]bool, error) {
	trusted := map[string]bool{}
	paths, err := filepath.Glob(filepath.Join(t.folder(), "*.pub"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		key, err := readKey(path, ed25519.PublicKeySize)
		if err != nil {
			return nil, fmt.Errorf("cannot read a trusted key: %w", err)
		}
		trusted[Fingerprint(key)] = true
	}
	return trusted, nil
}

func (t Trust) add(key ed25519.PublicKey) error {
	if err := makeFolder(t.Home, "keys", "trusted"); err != nil {
		return err
	}
	sum := sha256.Sum256(key)
	err := writeFile(filepath.Join(t.folder(), fmt.Sprintf("%x.pub", sum[:8])), encodeKey(key), 0o644)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("cannot keep the trusted key: %w", err)
	}
	return nil
}

// makeFolder makes folders below each other that everybody may read, whatever
// the umask: advisories are public, and users read the system's database.
func makeFolder(home string, below ...string) error {
	path := home
	err := os.MkdirAll(filepath.Dir(home), 0o755)
	for i := 0; err == nil && i <= len(below); i++ {
		if err = os.Mkdir(path, 0o755); err == nil {
			err = os.Chmod(path, 0o755)
		} else if errors.Is(err, fs.ErrExist) {
			err = nil
		}
		if i < len(below) {
			path = filepath.Join(path, below[i])
		}
	}
	if err != nil {
		return fmt.Errorf("cannot make the folder for the advisory database: %w; set SEAWALL_HOME to a folder that you may write to", err)
	}
	return nil
}
