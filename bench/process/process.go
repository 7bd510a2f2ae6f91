// Package process runs a command and measures what it takes: processor time, time, memory and temporary files.
package process

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Sample is what one run of a command took.
type Sample struct {
	CPU, Wall time.Duration // CPU: user and system, of the process and of the children that it waited for
	RSS       int64         // peak resident memory in bytes
	Anonymous int64         // peak resident memory that no file backs, in bytes: looked at every 5 ms
	Temporary int64         // peak size of temporary files in bytes, unlinked ones too: looked at every 20 ms
}

// Measure runs the command, which must not be started yet, with a TMPDIR of its own below dir. The error is that of the
// run: an *exec.ExitError if the command ended with another code than 0; the sample is right all the same.
func Measure(command *exec.Cmd, dir string) (Sample, error) {
	tmp, err := os.MkdirTemp(dir, "run")
	if err != nil {
		return Sample{}, fmt.Errorf("make a folder for temporary files: %w", err)
	}
	defer os.RemoveAll(tmp)
	command.Env = append(command.Environ(), "TMPDIR="+tmp)
	start := time.Now()
	if err := command.Start(); err != nil {
		return Sample{}, err
	}
	stop, watched := make(chan struct{}), make(chan Sample)
	go func() { watched <- watch(command.Process.Pid, tmp, stop) }()
	err = command.Wait()
	wall := time.Since(start)
	close(stop)
	s := <-watched
	s.Wall = wall
	s.CPU = command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	if usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.RSS = usage.Maxrss << 10
	}
	return s, err
}

// watch looks at the process until stop is closed and returns the peaks.
func watch(pid int, tmp string, stop <-chan struct{}) Sample {
	var peak Sample
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for tick := 0; ; tick++ {
		peak.Anonymous = max(peak.Anonymous, anonymousMemory(pid))
		if tick%4 == 0 {
			peak.Temporary = max(peak.Temporary, folderSize(tmp)+unlinkedFiles(pid, tmp))
		}
		select {
		case <-stop:
			return peak
		case <-ticker.C:
		}
	}
}

// anonymousMemory reads RssAnon (proc_pid_status(5)); 0 once the process is gone.
func anonymousMemory(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "RssAnon:")
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0
	}
	kilobytes, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return 0
	}
	return kilobytes << 10
}

// folderSize adds up the files of a folder that changes meanwhile.
func folderSize(dir string) int64 {
	var size int64
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // gone between two looks
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			size += info.Size()
		}
		return nil
	})
	return size
}

// unlinkedFiles adds up the files below dir that the process holds open without a name.
func unlinkedFiles(pid int, dir string) int64 {
	handles := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(handles)
	if err != nil {
		return 0
	}
	var size int64
	for _, entry := range entries {
		name := filepath.Join(handles, entry.Name())
		target, err := os.Readlink(name)
		if err != nil || !strings.HasPrefix(target, dir) || !strings.HasSuffix(target, " (deleted)") {
			continue
		}
		if info, err := os.Stat(name); err == nil {
			size += info.Size()
		}
	}
	return size
}
