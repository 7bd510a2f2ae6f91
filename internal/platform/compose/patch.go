package compose

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"seawall/internal/platform/notation"
)

// Patch changes one fact of a service in the text of a Compose file, which
// keeps its comments and its style. fact is a path below the container, such as
// "resources.memory.limit", or "namespaces.network"; value has the fact's type:
// bool, int64, float64, string or []string. A fact that is inherited by extends
// or an anchor is written into the service itself.
//
// Facts that no one line of the file decides, and texts that go over several
// lines, cannot be changed; the error says so.
func Patch(content []byte, service, fact string, value any) ([]byte, error) {
	fact = strings.TrimPrefix(strings.TrimPrefix(fact, "containers[0]."), "container.")
	edit, err := openEdit(content, service)
	if err != nil {
		return nil, fmt.Errorf("change %s of the service %s: %w", fact, service, err)
	}
	if err := edit.apply(fact, value); err != nil {
		return nil, fmt.Errorf("change %s of the service %s: %w", fact, service, err)
	}
	if _, err := openEdit(edit.bytes(), service); err != nil {
		return nil, fmt.Errorf("change %s of the service %s: the text is written in a way that cannot be edited: %w", fact, service, err)
	}
	return edit.bytes(), nil
}

// keys are the Compose keys of facts whose value is written as it is.
var patchKeys = map[string]string{
	"privileged": "privileged", "readOnlyRoot": "read_only", "init": "init", "user": "user", "runtime": "runtime",
	"image.reference": "image", "image.pullPolicy": "pull_policy", "cgroupParent": "cgroup_parent", "restart.policy": "restart",
	"oom.killDisabled": "oom_kill_disable", "oom.scoreAdjustment": "oom_score_adj", "resources.cpu.shares": "cpu_shares",
	"capabilities.add": "cap_add", "capabilities.drop": "cap_drop", "groups": "group_add", "dns": "dns",
}

// patchSizes are the keys of facts in bytes.
var patchSizes = map[string]string{
	"resources.memory.limit": "mem_limit", "resources.memory.request": "mem_reservation",
	"resources.memory.swapLimit": "memswap_limit", "resources.sharedMemory": "shm_size",
}

// patchNamespaces are the keys of facts that are left out for a private one.
var patchNamespaces = map[string]string{
	"namespaces.network": "network_mode", "namespaces.pid": "pid", "namespaces.ipc": "ipc", "namespaces.uts": "uts",
	"namespaces.user": "userns_mode", "namespaces.cgroup": "cgroup",
}

// deployLimits are the facts that may stand below deploy.resources.limits.
var deployLimits = map[string]string{"resources.memory.limit": "memory", "resources.cpu.limit": "cpus", "resources.pids.limit": "pids"}

func (e *edit) apply(fact string, value any) error {
	text, err := yamlText(value)
	if err != nil {
		return err
	}
	if bytes, isNumber := value.(int64); isNumber && patchSizes[fact] != "" {
		text = sizeText(bytes)
	}
	limits := e.at("deploy", "resources", "limits")
	switch {
	case deployLimits[fact] != "" && limits.IsMapping():
		if fact == "resources.cpu.limit" {
			text = strconv.Quote(text)
		}
		return e.set(limits, deployLimits[fact], text)
	case fact == "resources.cpu.limit":
		return e.set(e.service, "cpus", text)
	case fact == "resources.pids.limit":
		return e.set(e.service, "pids_limit", text)
	case patchSizes[fact] != "":
		return e.set(e.service, patchSizes[fact], text)
	case patchKeys[fact] != "":
		return e.set(e.service, patchKeys[fact], text)
	case patchNamespaces[fact] != "" && value == "private":
		return e.remove(e.service, patchNamespaces[fact])
	case patchNamespaces[fact] != "":
		return e.set(e.service, patchNamespaces[fact], text)
	}
	return e.applySpecial(fact, value)
}

// applySpecial changes facts that are a part of a text or of a list.
func (e *edit) applySpecial(fact string, value any) error {
	switch fact {
	case "noNewPrivileges":
		return e.setOption("no-new-privileges", fmt.Sprintf("no-new-privileges:%v", value))
	case "seccomp.type", "appArmor.type":
		name := strings.ToLower(strings.TrimSuffix(fact, ".type"))
		if value == "default" {
			return e.setOption(name, "")
		}
		return e.setOption(name, fmt.Sprintf("%s=%v", name, value))
	case "restart.maxRetries":
		return e.set(e.service, "restart", fmt.Sprintf("on-failure:%v", value))
	}
	i, part := itemOf(fact)
	switch {
	case strings.HasPrefix(fact, "ports[") && part == "hostIP":
		return e.setPortAddress(i, fmt.Sprint(value))
	case strings.HasPrefix(fact, "mounts[") && part == "readOnly":
		return e.setReadOnly(i, value == true)
	}
	return errors.New("there is no one key in Compose for it")
}

// itemOf reads the index and the part of "ports[2].hostIP".
func itemOf(fact string) (i int, part string) {
	_, rest, _ := strings.Cut(fact, "[")
	number, part, _ := strings.Cut(rest, "].")
	i, err := strconv.Atoi(number)
	if err != nil {
		return -1, ""
	}
	return i, part
}

// setOption puts an option into security_opt instead of the one with the same
// name; "" takes it out.
func (e *edit) setOption(name, option string) error {
	list := e.at("security_opt")
	for i, item := range list.Items() {
		written, _, _ := strings.Cut(strings.ReplaceAll(item.Text(), ":", "="), "=")
		if written != name {
			continue
		}
		if option == "" {
			return e.removeItem(list, i)
		}
		return e.replace(item, quotedIfNeeded(option))
	}
	if option == "" {
		return nil
	}
	if list.IsList() && len(list.Items()) > 0 {
		return e.appendItem(list, quotedIfNeeded(option))
	}
	return e.set(e.service, "security_opt", "["+quotedIfNeeded(option)+"]")
}

// setPortAddress binds the port at an index of ports to an address of the host.
func (e *edit) setPortAddress(i int, address string) error {
	items := e.at("ports").Items()
	if i < 0 || i >= len(items) {
		return errors.New("the port does not stand in the service itself, or in a range")
	}
	if items[i].IsMapping() {
		return e.set(items[i], "host_ip", quotedIfNeeded(address))
	}
	parsed, err := parsePorts(items[i])
	if err != nil || len(parsed) != 1 && i > 0 {
		return errors.New("the port is one of a range")
	}
	text := items[i].Text()
	if parsed[0].hostIP {
		text = strings.TrimPrefix(strings.TrimPrefix(text, "["+parsed[0].HostIP+"]:"), parsed[0].HostIP+":")
	}
	if strings.Contains(address, ":") {
		address = "[" + address + "]"
	}
	separator := ":"
	if !strings.Contains(text, ":") {
		separator = "::" // any port of the host
	}
	return e.replace(items[i], strconv.Quote(address+separator+text))
}

// setReadOnly changes whether the volume at an index of volumes can be written.
func (e *edit) setReadOnly(i int, on bool) error {
	items := e.at("volumes").Items()
	if i < 0 || i >= len(items) {
		return errors.New("the mount is not one of the service's own volumes")
	}
	if items[i].IsMapping() {
		return e.set(items[i], "read_only", strconv.FormatBool(on))
	}
	m := notation.Bind(items[i].Text())
	if m.Source == "" {
		return errors.New("an anonymous volume cannot be read-only")
	}
	text := items[i].Text()
	options := strings.TrimPrefix(strings.TrimPrefix(text, m.Source+":"+m.Target), ":")
	words := strings.FieldsFunc(options, func(r rune) bool { return r == ',' })
	words = slices.DeleteFunc(words, func(word string) bool { return word == "ro" || word == "rw" })
	if on {
		words = append([]string{"ro"}, words...)
	}
	text = m.Source + ":" + m.Target
	if len(words) > 0 {
		text += ":" + strings.Join(words, ",")
	}
	return e.replace(items[i], quotedIfNeeded(text))
}

// yamlText writes a value in one line.
func yamlText(value any) (string, error) {
	switch value := value.(type) {
	case bool:
		return strconv.FormatBool(value), nil
	case int:
		return strconv.Itoa(value), nil
	case int64:
		return strconv.FormatInt(value, 10), nil
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64), nil
	case string:
		return quotedIfNeeded(value), nil
	case []string:
		quoted := make([]string, len(value))
		for i, text := range value {
			quoted[i] = quotedIfNeeded(text)
		}
		return "[" + strings.Join(quoted, ", ") + "]", nil
	}
	return "", fmt.Errorf("a %T cannot be written", value)
}

// sizeText writes bytes in the largest unit that has no fraction.
func sizeText(bytes int64) string {
	for _, unit := range []struct {
		name string
		size int64
	}{{"g", 1 << 30}, {"m", 1 << 20}, {"k", 1 << 10}} {
		if bytes >= unit.size && bytes%unit.size == 0 {
			return strconv.FormatInt(bytes/unit.size, 10) + unit.name
		}
	}
	return strconv.FormatInt(bytes, 10)
}

// quotedIfNeeded puts a text in quotes unless it is a plain word.
func quotedIfNeeded(text string) string {
	plain := text != "" && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./") == ""
	_, err := strconv.ParseFloat(text, 64)
	switch strings.ToLower(text) {
	case "true", "false", "yes", "no", "on", "off", "null", "y", "n", ".nan", ".inf":
		plain = false
	}
	if plain && err != nil && text[0] != '-' && text[0] != '.' {
		return text
	}
	return strconv.Quote(text)
}
