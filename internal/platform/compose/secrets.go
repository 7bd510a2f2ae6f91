package compose

import (
	"slices"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// secrets lists the secrets that the project declares, with where they are from.
func (d *decoder) secrets(f document.Facts, p *asset.ComposeProject) {
	for i, field := range d.root.Get("secrets").Fields() {
		secret := asset.ComposeSecret{Name: field.Name, From: "external"}
		for _, from := range []string{"file", "environment", "content"} {
			if v := field.Value.Get(from); v.Exists() {
				secret.From, secret.Source = from, d.shown(v)
			}
		}
		if secret.From == "content" {
			secret.Source = "" // the secret itself
		}
		if secret.From == "file" {
			v := field.Value.Get("file")
			secret.Source = d.path(v)
			secret.Found = d.found(join(d.folderOf(v), v.Text()))
		}
		f.Explicit(index("secrets", i), field.Key)
		p.Secrets = append(p.Secrets, secret)
	}
}

// found tells whether a file is there and in the folder that is checked.
func (d *decoder) found(file string) bool {
	if outside(d.rootFolder(), file) {
		return false
	}
	_, err := d.open(file)
	return err == nil
}

// envFiles lists the files that a service takes variables from, with the names
// of those that hold a secret.
func (d *decoder) envFiles(f document.Facts, s *service, p *asset.ComposeProject) {
	for _, entry := range listItems(s.value.Get("env_file")) {
		v := entry
		if entry.IsMapping() {
			v = entry.Get("path")
		}
		if !v.IsScalar() || len(p.EnvFiles) >= maxListed {
			continue
		}
		file := join(d.folderOf(v), v.Text())
		env := asset.ComposeEnvFile{Service: s.Name, Path: d.path(v), Outside: outside(d.rootFolder(), file)}
		if content, err := d.open(file); err == nil {
			env.Found = true
			env.Secrets = secretNames(string(content))
		}
		f.Explicit(index("envFiles", len(p.EnvFiles)), v)
		p.EnvFiles = append(p.EnvFiles, env)
	}
}

// secretNames are the variables of an environment file whose name tells of a
// secret and whose value is one: neither empty, nor a variable, nor a file's
// name, nor what stands in templates.
func secretNames(content string) []string {
	var names []string
	for _, line := range parseDotenv(content, &variables{values: map[string]string{}}) {
		if isSecretName(line.name) && !isPlaceholder(line.value) && !slices.Contains(names, line.name) {
			names = append(names, line.name)
		}
	}
	return names
}

// isSecretName tells by its end that a variable holds a secret.
func isSecretName(name string) bool {
	name = strings.ToLower(name)
	for _, end := range []string{"password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "secret_key", "access_key", "private_key", "encryption_key", "credentials"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// isPlaceholder tells what stands for a secret and is none.
func isPlaceholder(value string) bool {
	lower := strings.ToLower(value)
	if len(value) < 4 || strings.HasPrefix(value, "/") || strings.ContainsAny(value, "<>{}$") {
		return true
	}
	for _, word := range []string{"changeme", "change_me", "change-me", "example", "replace", "placeholder", "your-", "your_", "todo", "xxxx", "****"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}
