package system

import (
	"encoding/binary"
	"fmt"
)

// capabilities are the names of capabilities(7) by their number in
// linux/capability.h.
var capabilities = [...]string{
	"cap_chown", "cap_dac_override", "cap_dac_read_search", "cap_fowner", "cap_fsetid", "cap_kill", "cap_setgid",
	"cap_setuid", "cap_setpcap", "cap_linux_immutable", "cap_net_bind_service", "cap_net_broadcast", "cap_net_admin",
	"cap_net_raw", "cap_ipc_lock", "cap_ipc_owner", "cap_sys_module", "cap_sys_rawio", "cap_sys_chroot",
	"cap_sys_ptrace", "cap_sys_pacct", "cap_sys_admin", "cap_sys_boot", "cap_sys_nice", "cap_sys_resource",
	"cap_sys_time", "cap_sys_tty_config", "cap_mknod", "cap_lease", "cap_audit_write", "cap_audit_control",
	"cap_setfcap", "cap_mac_override", "cap_mac_admin", "cap_syslog", "cap_wake_alarm", "cap_block_suspend",
	"cap_audit_read", "cap_perfmon", "cap_bpf", "cap_checkpoint_restore",
}

// capabilityNames decodes a security.capability attribute (struct vfs_cap_data
// of linux/capability.h, revisions 1 to 3, little-endian): what the file permits
// or lets a program inherit. An attribute that cannot be decoded gives the one
// name "unreadable", so that it is not taken for none.
func capabilityNames(attribute string) []string {
	if attribute == "" {
		return nil
	}
	raw := []byte(attribute)
	set, ok := capabilitySet(raw)
	if !ok {
		return []string{"unreadable"}
	}
	names := []string{}
	for bit := range 64 {
		if set&(1<<bit) == 0 {
			continue
		}
		if bit < len(capabilities) {
			names = append(names, capabilities[bit])
		} else {
			names = append(names, fmt.Sprintf("cap_%d", bit))
		}
	}
	return names
}

// capabilitySet joins the words: magic, then permitted and inheritable of the
// low half, then of the high half. Revision 3 adds the owner's uid.
func capabilitySet(raw []byte) (set uint64, ok bool) {
	if len(raw) < 4 {
		return 0, false
	}
	words := make([]uint64, len(raw)/4)
	for i := range words {
		words[i] = uint64(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	revision := words[0] >> 24
	size := map[uint64]int{1: 12, 2: 20, 3: 24}[revision]
	if size == 0 || len(raw) != size {
		return 0, false
	}
	set = words[1] | words[2]
	if revision > 1 {
		set |= (words[3] | words[4]) << 32
	}
	return set, true
}
