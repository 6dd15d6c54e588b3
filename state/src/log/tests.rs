use super::*;

fn block(height: u64) -> Kind {
    Kind::Block { height, below: height - 1 }
}

fn numbers(lacking: &[Place]) -> Vec<u64> {
    lacking.iter().map(Place::number).collect()
}

/// A log with three records, and where in its file each ends.
fn three() -> (tempfile::TempDir, Vec<u64>) {
    let folder = tempfile::tempdir().unwrap();
    let (mut log, lacking) = Log::open(folder.path().into(), 0).unwrap();
    assert!(lacking.is_empty());
    let ends = [(Kind::Rows, "form"), (block(1), "one"), (block(2), "two")].map(|(kind, text)| {
        log.append(kind, &[text.as_bytes(), b"!"], true).unwrap();
        log.bytes()
    });
    (folder, ends.to_vec())
}

/// A log whose blocks, from height 1, fill a segment each.
fn segments(blocks: u64) -> (tempfile::TempDir, Log) {
    let folder = tempfile::tempdir().unwrap();
    let (mut log, _) = Log::open(folder.path().into(), 0).unwrap();
    let large = vec![7; usize::try_from(SEGMENT_BYTES).unwrap()];
    for height in 1..=blocks {
        log.append(block(height), &[&large], false).unwrap();
    }
    (folder, log)
}

#[test]
fn records_come_back_with_their_numbers_and_the_tables_ask_only_for_those_they_lack() {
    let (folder, _) = three();
    for had in 0..=3 {
        let (log, lacking) = Log::open(folder.path().into(), had).unwrap();
        assert_eq!(numbers(&lacking), (had + 1..=3).collect::<Vec<_>>());
        assert_eq!((log.next(), log.chain(0, 2)), (4, Some(vec![2, 1])));
        assert_eq!(log.read(&log.block(2).unwrap()).unwrap(), b"two!");
        assert!(log.block(3).is_none() && log.chain(0, 3).is_none());
    }
}

#[test]
fn a_log_cut_anywhere_has_the_records_before_the_cut_and_goes_on() {
    let (folder, ends) = three();
    let whole = fs::read(path(folder.path(), 1)).unwrap();
    for length in 0..whole.len() {
        let cut = tempfile::tempdir().unwrap();
        fs::write(path(cut.path(), 1), &whole[..length]).unwrap();
        let there = ends.iter().filter(|end| **end <= length as u64).count() as u64;
        let (mut log, lacking) = Log::open(cut.path().into(), 0).unwrap();
        assert_eq!(numbers(&lacking), (1..=there).collect::<Vec<_>>());
        log.append(Kind::Rows, &[b"next"], true).unwrap();
        let (_, lacking) = Log::open(cut.path().into(), there).unwrap();
        assert_eq!(numbers(&lacking), [there + 1]);
    }
}

#[test]
fn a_bent_record_ends_the_log_if_the_tables_lack_it_and_is_never_read_as_another() {
    let (folder, ends) = three();
    let whole = fs::read(path(folder.path(), 1)).unwrap();
    let second = usize::try_from(ends[0]).unwrap()..usize::try_from(ends[1]).unwrap();
    for at in second {
        let bent = tempfile::tempdir().unwrap();
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(path(bent.path(), 1), &bytes).unwrap();
        if let Ok((log, _)) = Log::open(bent.path().into(), 3) {
            let read = log.block(1).map(|place| log.read(&place));
            assert!(read.is_none_or(|read| read.is_err()), "byte {at}");
        }
        fs::write(path(bent.path(), 1), &bytes).unwrap();
        assert_eq!(numbers(&Log::open(bent.path().into(), 0).unwrap().1), [1], "byte {at}");
    }
}

#[test]
fn blocks_taken_back_are_not_found_and_those_that_come_instead_are() {
    let (folder, _) = three();
    let (mut log, _) = Log::open(folder.path().into(), 3).unwrap();
    log.append(Kind::Back { to: 1 }, &[], true).unwrap();
    log.append(block(2), &[b"other"], true).unwrap();
    for log in [log, Log::open(folder.path().into(), 5).unwrap().0] {
        assert_eq!(log.read(&log.block(2).unwrap()).unwrap(), b"other");
        assert_eq!(log.chain(0, 2), Some(vec![2, 1]));
    }
}

#[test]
fn segments_go_when_the_tables_have_them_and_nobody_needs_their_blocks() {
    let (folder, mut log) = segments(5);
    let left = |log: &Log| (1..=5).filter(|height| log.block(*height).is_some()).collect::<Vec<_>>();
    log.forget(0, 5, 5, 0).unwrap();
    assert_eq!(left(&log), [1, 2, 3, 4, 5], "the tables have none");
    log.forget(5, 1, 3, u64::MAX).unwrap();
    assert_eq!(left(&log), [2, 3, 4, 5], "above the cut");
    log.forget(5, 1, 3, 0).unwrap();
    assert_eq!(left(&log), [4, 5], "above the last resort");
    log.forget(5, 9, 9, 0).unwrap();
    assert_eq!(left(&log), [5], "the one being written stays");
    let (again, lacking) = Log::open(folder.path().into(), 4).unwrap();
    assert_eq!((left(&again), numbers(&lacking)), (vec![5], vec![5]));
}

#[test]
fn a_log_that_is_spoiled_or_has_a_gap_before_its_end_is_corrupt() {
    let (folder, _) = segments(3);
    let segment = path(folder.path(), 2);
    let whole = fs::read(&segment).unwrap();
    let corrupt = |had| match Log::open(folder.path().into(), had) {
        Err(Fault::Corrupt { what: "log", why }) => why,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("opened"),
    };
    fs::write(&segment, &whole[..whole.len() - 1]).unwrap();
    assert_eq!(corrupt(0), "record 2 is spoiled");
    fs::write(&segment, b"something else").unwrap();
    assert_eq!(corrupt(0), "a segment of another form");
    fs::remove_file(&segment).unwrap();
    assert_eq!(corrupt(0), "record 2 is missing");
}

#[test]
fn a_log_of_which_the_end_is_lost_goes_on_after_what_the_tables_have() {
    let (folder, _) = three();
    let (mut log, lacking) = Log::open(folder.path().into(), 7).unwrap();
    assert!(lacking.is_empty());
    log.append(Kind::Block { height: 7, below: 6 }, &[b"seven"], true).unwrap();
    let (log, lacking) = Log::open(folder.path().into(), 7).unwrap();
    assert_eq!((numbers(&lacking), log.chain(6, 7), log.chain(2, 7)), (vec![8], Some(vec![7]), None));
}

#[test]
fn after_a_write_that_failed_nothing_more_is_written() {
    let (folder, _) = three();
    let (mut log, _) = Log::open(folder.path().into(), 3).unwrap();
    fs::remove_dir_all(folder.path()).unwrap();
    assert!(matches!(log.append(block(3), &[], true), Err(Fault::Disk { .. })));
    fs::create_dir_all(folder.path()).unwrap();
    assert!(matches!(log.append(block(3), &[], true), Err(Fault::Misuse { .. })));
}
