package main

import (
	"crypto/sha256"
	"encoding/binary"
	"path/filepath"
	"time"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/iavl"
	idb "github.com/cosmos/iavl/db"
)

const (
	keys      = 1_000_000
	perBlock  = 10_000
	rounds    = 5
	proofs    = 2_000
	cacheSize = 781_250 // the SDK's default
)

func number(parts ...uint64) []byte {
	var bytes []byte
	for _, part := range parts {
		bytes = binary.BigEndian.AppendUint64(bytes, part)
	}
	sum := sha256.Sum256(bytes)
	return sum[:]
}

func key(index uint64) []byte {
	return number(index)
}

func value(round, index uint64) []byte {
	return number(round, index)
}

// pick is the j-th key of a round: one of each hundred, so that all differ.
func pick(round, j uint64) uint64 {
	stride := uint64(keys / perBlock)
	return j*stride + binary.BigEndian.Uint64(number(round, j, 1))%stride
}

func tree(folder string) Report {
	db, err := dbm.NewGoLevelDB("iavl", filepath.Join(folder, "peer-tree"), nil)
	must(err)
	tree := iavl.NewMutableTree(idb.NewWrapper(db), cacheSize, false, iavl.NewNopLogger(), iavl.SyncOption(true))
	_, err = tree.Load()
	must(err)
	for index := uint64(0); index < keys; index++ {
		_, err = tree.Set(key(index), value(0, index))
		must(err)
	}
	_, _, err = tree.SaveVersion()
	must(err)
	report := Report{Units: perBlock, Extra: map[string]int64{}}
	var meter Meter
	for round := uint64(0); round <= rounds; round++ {
		if round == 1 {
			meter = begin() // the first warms up
		}
		start := time.Now()
		for j := uint64(0); j < perBlock; j++ {
			index := pick(round, j)
			_, err = tree.Set(key(index), value(round+1, index))
			must(err)
		}
		set := since(start)
		start = time.Now()
		_, _, err = tree.SaveVersion()
		must(err)
		if round > 0 {
			report.Runs = append(report.Runs, Run{FinalizeNs: set, CommitNs: since(start)})
		}
	}
	meter.end(&report)
	start := time.Now()
	for j := uint64(0); j < proofs; j++ {
		_, err = tree.GetMembershipProof(key(pick(99, j*(perBlock/proofs))))
		must(err)
	}
	report.Extra["proof_ns"] = since(start) / proofs
	return report
}
