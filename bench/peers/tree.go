package main

import (
	"crypto/sha256"
	"encoding/binary"
	"path/filepath"
	"time"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/iavl"
	idb "github.com/cosmos/iavl/db"
	"github.com/syndtr/goleveldb/leveldb"
)

const (
	keys      = 1_000_000
	perBlock  = 10_000
	warm      = 40
	rounds    = 50
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

// settled waits until the database writes nothing by itself, and returns what its compactions have written so far.
func settled(db *leveldb.DB) int64 {
	for before := ^uint64(0); ; time.Sleep(2 * time.Second) {
		var stats leveldb.DBStats
		must(db.Stats(&stats))
		if stats.IOWrite == before {
			var compacted int64
			for level, size := range stats.LevelWrite {
				if level > 0 { // what is flushed comes into level 0
					compacted += size
				}
			}
			return compacted
		}
		before = stats.IOWrite
	}
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
	var compacted int64
	for round := uint64(0); round < warm+rounds; round++ {
		if round == warm {
			compacted = settled(db.DB())
			meter = begin()
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
		if round >= warm {
			report.Runs = append(report.Runs, Run{FinalizeNs: set, CommitNs: since(start)})
		}
	}
	report.Compacted = settled(db.DB()) - compacted
	meter.end(&report)
	start := time.Now()
	for j := uint64(0); j < proofs; j++ {
		_, err = tree.GetMembershipProof(key(pick(99, j*(perBlock/proofs))))
		must(err)
	}
	report.Extra["proof_ns"] = since(start) / proofs
	return report
}
