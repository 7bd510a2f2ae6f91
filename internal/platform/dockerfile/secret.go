package dockerfile

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"seawall/internal/asset"
	"seawall/internal/mask"
)

// keyNames are ends of variables' names that tell of a secret key, beside those
// that are masked in reports.
var keyNames = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|_)(?:(?:ssh|deploy|signing|master|app|service|account|stripe|license|admin|api|gcp|sa)_?keys?|auth|basic_?auth|pat|pgpassword)$`)
})

// isSecretName tells a variable that holds a secret by its name. A path to a
// secret is none.
func isSecretName(name string) bool { return mask.IsSecretName(name) || keyNames().MatchString(name) }

// secretArgument notes an ARG for a secret: what is given for it is recorded in
// the image's history.
func (r *reader) secretArgument(name, value string, line int) {
	if isSecretName(name) && !isPath(value) {
		r.secret(asset.BuildSecret{Stage: len(r.stages) - 1, Kind: "arg", Name: name, Line: line})
	}
}

func (r *reader) secretVariable(s *stage, name, value string, line int) {
	named := isSecretName(name) && value != "" && !isPath(value) && !isSwitch(value)
	if named || mask.HasSecret(value) {
		r.secret(asset.BuildSecret{Stage: s.Index, Kind: "env", Name: name, Line: line})
	}
}

// isPath tells the place of a secret from the secret.
func isPath(value string) bool {
	return strings.HasPrefix(value, "/") || strings.HasPrefix(value, "./")
}

// isSwitch tells settings such as ALLOW_EMPTY_PASSWORD=yes.
func isSwitch(value string) bool {
	return slices.Contains([]string{"yes", "no", "true", "false", "on", "off", "0", "1", "none"}, strings.ToLower(value))
}

func (r *reader) secret(s asset.BuildSecret) {
	r.facts.Secrets = append(r.facts.Secrets, s)
	r.noteItem("secrets", len(r.facts.Secrets), s.Line)
}

// secretFiles notes copied files that are known to hold secrets.
func (r *reader) secretFiles(s *stage, c asset.BuildCopy) {
	if c.From != "" {
		return
	}
	for _, source := range c.Sources {
		if !isURL(source) && isSecretFile(source) {
			r.secret(asset.BuildSecret{Stage: s.Index, Kind: "file", Name: source, Line: c.Line})
		}
	}
}

// secretFileNames are the last parts of paths, as patterns of path.Match.
var secretFileNames = []string{
	"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "*.pfx", "*.p12", "*.jks", "*.keystore", "*.ppk", "*.kdbx",
	".env", ".env.production", ".env.prod", ".env.local", ".netrc", "_netrc", ".git-credentials", ".pypirc", ".npmrc",
	".yarnrc", ".dockercfg", ".pgpass", ".my.cnf", ".htpasswd", "kubeconfig", "credentials.json", "service-account*.json",
	"serviceaccount*.json", "secrets.y*ml", "secrets.json", "*.key", "*-key.pem", "key.pem", "privkey.pem", "private*.pem",
	"terraform.tfstate", "*.tfvars", ".vault-token", ".ssh", ".aws", ".kube", ".gnupg",
}

// secretFolders are parts of paths whose content is secret.
var secretFolders = []string{".ssh/id", ".aws/credentials", ".docker/config.json", ".kube/config", ".config/gcloud", ".azure/"}

func isSecretFile(source string) bool {
	base := path.Base(path.Clean(source))
	if strings.HasSuffix(base, ".pub") || strings.Contains(base, "example") || strings.Contains(base, "sample") || strings.Contains(base, "template") {
		return false
	}
	for _, folder := range secretFolders {
		if strings.Contains(source, folder) {
			return true
		}
	}
	for _, pattern := range secretFileNames {
		if match, _ := path.Match(pattern, base); match {
			return true
		}
	}
	return false
}

// passwordOptions are options that take a password, by program.
var passwordOptions = map[string][]string{
	"curl": {"-u", "--user"}, "wget": {"--password", "--http-password", "--ftp-password"}, "mysql": {"--password"},
	"docker": {"-p", "--password"}, "sshpass": {"-p"}, "npm": {"--_authToken", "--_auth"}, "helm": {"--password"},
}

// secretCommand notes a command that has a secret written in it.
func (r *reader) secretCommand(c asset.BuildCommand) {
	if r.hasSecretWord(c) {
		r.secret(asset.BuildSecret{Stage: c.Stage, Kind: "command", Name: c.Program, Line: c.Line})
	}
}

func (r *reader) hasSecretWord(c asset.BuildCommand) bool {
	for _, v := range c.Env {
		if isSecretName(v.Name) && isLiteral(v.Value) && !isPath(v.Value) && !isSwitch(v.Value) {
			return true
		}
	}
	for i, word := range c.Arguments {
		if mask.HasSecret(word) {
			return true
		}
		for _, option := range passwordOptions[c.Program] {
			value, joined := strings.CutPrefix(word, option+"=")
			if word == option && i+1 < len(c.Arguments) {
				value, joined = c.Arguments[i+1], true
			}
			user, password, hasUser := strings.Cut(value, ":")
			if joined && isLiteral(value) && (!hasUser && c.Program != "curl" || hasUser && password != "" && user != "") {
				return true
			}
		}
	}
	return false
}

// isLiteral tells a value that is written from one that is only read at build
// time.
func isLiteral(value string) bool { return value != "" && !strings.ContainsAny(value, "$`") }
