// Command peers measures what LazChain is held against: the Cosmos SDK and its tree, IAVL. It reads the same
// transactions from the same files as our side, and prints the same report as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Run is one measured block.
type Run struct {
	FinalizeNs int64 `json:"finalize_ns"`
	CommitNs   int64 `json:"commit_ns"`
}

// Report is what one side measured.
type Report struct {
	Runs      []Run            `json:"runs"`
	Units     uint64           `json:"units"`
	CPUNs     int64            `json:"cpu_ns"`
	Written   int64            `json:"written"`
	Compacted int64            `json:"compacted"`
	RSSBytes  int64            `json:"rss_bytes"`
	Extra     map[string]int64 `json:"extra"`
}

// Meter remembers what the process had used when measuring began.
type Meter struct {
	cpu     int64
	written int64
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func cpu() int64 {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return usage.Utime.Nano() + usage.Stime.Nano()
}

// field reads one number of a file in /proc/self.
func field(file, name string) int64 {
	text, err := os.ReadFile("/proc/self/" + file)
	must(err)
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			number, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			must(err)
			return number
		}
	}
	must(fmt.Errorf("no %s in /proc/self/%s", name, file))
	return 0
}

func begin() Meter {
	return Meter{cpu: cpu(), written: field("io", "wchar")}
}

func (meter Meter) end(report *Report) {
	report.CPUNs = cpu() - meter.cpu
	report.Written = field("io", "wchar") - meter.written
	report.RSSBytes = field("status", "VmRSS") * 1024
}

func since(start time.Time) int64 {
	return time.Since(start).Nanoseconds()
}

func main() {
	if len(os.Args) == 4 && os.Args[1] == "serve" {
		serve(os.Args[2], os.Args[3])
		return
	}
	if len(os.Args) != 3 {
		must(fmt.Errorf("usage: peers bank|tree FOLDER, or peers serve FOLDER ADDRESS"))
	}
	var report Report
	switch os.Args[1] {
	case "bank":
		report = bank(os.Args[2])
	case "tree":
		report = tree(os.Args[2])
	default:
		must(fmt.Errorf("unknown measurement %s", os.Args[1]))
	}
	must(json.NewEncoder(os.Stdout).Encode(report))
}
