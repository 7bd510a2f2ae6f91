package dockerfile

import (
	"slices"
	"strings"

	"seawall/internal/asset"
)

// tlsSwitches are variables that stop programs from checking certificates, with
// the values that do so; none stands for every value.
var tlsSwitches = map[string][]string{
	"PYTHONHTTPSVERIFY": {"0"}, "NODE_TLS_REJECT_UNAUTHORIZED": {"0"}, "GIT_SSL_NO_VERIFY": {"1", "true", "yes", "on"},
	"NPM_CONFIG_STRICT_SSL": {"0", "false"}, "YARN_STRICT_SSL": {"0", "false"}, "YARN_ENABLE_STRICT_SSL": {"0", "false"},
	"PIP_TRUSTED_HOST": nil, "UV_INSECURE_HOST": nil, "GOINSECURE": nil, "HEX_UNSAFE_HTTPS": {"1", "true"},
	"BUNDLE_SSL_VERIFY_MODE": {"0"}, "COMPOSER_DISABLE_TLS": {"1", "true"}, "CONDA_SSL_VERIFY": {"0", "false"},
	"GONOSUMCHECK": {"1"}, "GOSUMDB": {"off"},
}

func switchesTLSOff(name, value string) bool {
	values, known := tlsSwitches[strings.ToUpper(name)]
	return known && value != "" && (values == nil || slices.Contains(values, strings.ToLower(value)))
}

// tlsSetting notes a variable that stops programs from checking certificates.
func (r *reader) tlsSetting(stage int, kind, name, value string, line int) {
	if !switchesTLSOff(name, value) {
		return
	}
	r.facts.TLSOff = append(r.facts.TLSOff, asset.BuildSetting{Stage: stage, Kind: kind, Name: name, Value: value, Line: line})
	r.noteItem("tlsOff", len(r.facts.TLSOff), line)
}

// tlsCommand does so for a command that changes a program's configuration.
func (r *reader) tlsCommand(command asset.BuildCommand) {
	for _, v := range command.Env {
		r.tlsSetting(command.Stage, "command", v.Name, v.Value, command.Line)
	}
	text := strings.ToLower(strings.Join(command.Arguments, " "))
	for _, setting := range []string{"http.sslverify false", "http.sslverify=false", "http.sslverify 0", "ssl_verify false", "disable-tls true"} {
		if strings.Contains(text, setting) && slices.Contains([]string{"git", "conda", "composer", "mamba"}, command.Program) {
			name, value, _ := strings.Cut(strings.ReplaceAll(setting, "=", " "), " ")
			r.facts.TLSOff = append(r.facts.TLSOff, asset.BuildSetting{Stage: command.Stage, Kind: "command", Name: name, Value: value, Line: command.Line})
			r.noteItem("tlsOff", len(r.facts.TLSOff), command.Line)
			return
		}
	}
}
