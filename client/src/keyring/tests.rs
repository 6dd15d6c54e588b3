use proptest::prelude::*;

use super::*;

fn secret(seed: u8) -> Secret {
    Secret::from_slice(&[seed.max(1); 32]).unwrap()
}

fn ring() -> (tempfile::TempDir, Keyring) {
    let folder = tempfile::tempdir().unwrap();
    let ring = Keyring::open(folder.path(), Backend::File).with_cost(Cost::LOW);
    (folder, ring)
}

#[test]
fn a_key_comes_back_under_its_passphrase_and_no_other() {
    let (_folder, ring) = ring();
    let right = Passphrase::strong("correct horse").unwrap();
    let record = ring.add("ada", &secret(7), &right).unwrap();
    assert_eq!(record, ring.get("ada").unwrap());
    assert_eq!(record, ring.get(&record.address().to_string()).unwrap());
    assert_eq!(ring.unlock("ada", &right).unwrap().expose(), secret(7).expose());
    let wrong = Passphrase::strong("incorrect horse").unwrap();
    assert!(matches!(ring.unlock("ada", &wrong), Err(Error::WrongPassphrase)));
    assert!(ring.opens(&right).unwrap() && !ring.opens(&wrong).unwrap());
    assert!(matches!(Passphrase::strong("short"), Err(Error::ShortPassphrase)));
}

#[test]
fn files_are_closed_to_others_and_hold_the_secret_in_no_form() {
    let (folder, ring) = ring();
    ring.add("ada", &secret(0x5a), &Passphrase::new("correct horse")).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(ring.folder()), 0o700);
    let mut files = 0;
    for entry in fs::read_dir(ring.folder()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600);
        let text = fs::read_to_string(&path).unwrap().to_lowercase();
        assert!(
            !text.contains(&"5a".repeat(16)) && !text.contains("wlpawlpawlpa") && !text.contains("horse")
        );
        files += 1;
    }
    assert_eq!(files, 1, "no leftovers");
    drop(folder);
}

#[test]
fn names_are_taken_once_and_follow_the_rule() {
    let (_folder, ring) = ring();
    let pass = Passphrase::new("correct horse");
    ring.add("ada", &secret(1), &pass).unwrap();
    assert!(matches!(ring.add("ada", &secret(2), &pass), Err(Error::KeyExists(_))));
    assert!(matches!(ring.add("bob", &secret(1), &pass), Err(Error::SameKey(name)) if name == "ada"));
    for bad in ["", ".hidden", "../ada", "a/b", "a b", "ä", &"x".repeat(65)] {
        assert!(matches!(ring.add(bad, &secret(3), &pass), Err(Error::KeyName(_))), "{bad:?}");
    }
    ring.add("bob", &secret(2), &pass).unwrap();
    assert!(matches!(ring.rename("ada", "bob"), Err(Error::KeyExists(_))));
    ring.rename("ada", "eve").unwrap();
    assert_eq!(ring.unlock("eve", &pass).unwrap().expose(), secret(1).expose());
    assert_eq!(ring.list().unwrap().iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["bob", "eve"]);
    ring.delete("eve").unwrap();
    assert!(matches!(ring.get("eve"), Err(Error::NoSuchKey(_))));
    assert!(matches!(ring.delete("eve"), Err(Error::NoSuchKey(_))));
}

#[test]
fn public_keys_are_kept_but_do_not_sign() {
    let (_folder, ring) = ring();
    let PubKey::Secp256k1(one) = secret(1).public() else { unreachable!() };
    let PubKey::Secp256k1(two) = secret(2).public() else { unreachable!() };
    let multi = PubKey::Multisig { threshold: 2, keys: vec![one, two] };
    assert_eq!(ring.add_public("both", &multi).unwrap().kind, Kind::Multi);
    assert_eq!(ring.add_public("one", &secret(1).public()).unwrap().kind, Kind::Offline);
    assert_eq!(ring.get("both").unwrap().key, multi);
    assert!(matches!(ring.unlock("both", &Passphrase::new("any")), Err(Error::NotSigning(_))));
}

#[test]
fn a_swapped_public_key_is_noticed() {
    let (_folder, ring) = ring();
    let pass = Passphrase::new("correct horse");
    ring.add("ada", &secret(1), &pass).unwrap();
    ring.add("bob", &secret(2), &pass).unwrap();
    let read = |name: &str| -> serde_json::Value {
        serde_json::from_slice(&fs::read(ring.path(name)).unwrap()).unwrap()
    };
    let (mut ada, bob) = (read("ada"), read("bob"));
    ada["pubkey"] = bob["pubkey"].clone();
    fs::write(ring.path("ada"), ada.to_string()).unwrap();
    assert!(matches!(ring.get("ada"), Err(Error::KeyFile { .. })));
    ada["address"] = bob["address"].clone();
    fs::write(ring.path("ada"), ada.to_string()).unwrap();
    assert!(ring.unlock("ada", &pass).is_err(), "the seal binds the public key");
}

#[test]
fn a_file_may_not_ask_for_endless_work() {
    let (_folder, ring) = ring();
    let pass = Passphrase::new("correct horse");
    ring.add("ada", &secret(1), &pass).unwrap();
    let text = fs::read_to_string(ring.path("ada")).unwrap();
    fs::write(ring.path("ada"), text.replace("\"memory_kib\": 64", "\"memory_kib\": 4294967295")).unwrap();
    assert!(matches!(ring.unlock("ada", &pass), Err(Error::KeyFile { .. })));
    fs::write(ring.path("ada"), "x".repeat(70_000)).unwrap();
    assert!(matches!(ring.get("ada"), Err(Error::KeyFile { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_damaged_file_is_refused_and_never_gives_another_key(at in 0_usize..1_000, with in any::<u8>()) {
        let (_folder, ring) = ring();
        let pass = Passphrase::new("correct horse");
        ring.add("ada", &secret(9), &pass).unwrap();
        let mut bytes = fs::read(ring.path("ada")).unwrap();
        let at = at % bytes.len();
        let same = bytes[at] == with;
        bytes[at] = with;
        fs::write(ring.path("ada"), &bytes).unwrap();
        match ring.unlock("ada", &pass) {
            Ok(opened) => prop_assert_eq!(*opened.expose(), [9; 32]),
            Err(error) => {
                prop_assert!(!same);
                let text = error.to_string();
                prop_assert!(!text.contains("horse"), "{}", text);
            }
        }
    }

    #[test]
    fn any_passphrase_opens_what_it_sealed(text in "\\PC{0,40}", seed in 1_u8..255) {
        let sealed = seal::seal(&secret(seed), &Passphrase::new(text.clone()), Cost::LOW, b"bound");
        let opened = seal::open(&sealed, &Passphrase::new(text.clone()), b"bound").ok().unwrap();
        prop_assert_eq!(*opened.expose(), [seed; 32]);
        let other_binding = seal::open(&sealed, &Passphrase::new(text.clone()), b"other");
        prop_assert!(other_binding.is_err());
        let other_passphrase = seal::open(&sealed, &Passphrase::new(text + "x"), b"bound");
        prop_assert!(other_passphrase.is_err());
    }
}
