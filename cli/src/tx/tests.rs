use std::collections::BTreeSet;

use clap::{Args as _, FromArgMatches as _};

use super::{flags::TxFlags, *};

fn root() -> Command {
    Args::augment_args(Command::new("tx"))
}

#[test]
fn every_command_is_sound() {
    root().debug_assert();
}

#[test]
fn every_row_names_a_message_and_its_fields() {
    for row in rows() {
        let message = build::descriptor(row.message).unwrap();
        assert!(!client::signers::fields(&message).is_empty(), "{}", row.message);
        for field in row.fields {
            assert!(message.get_field_by_name(field).is_some(), "{} {field}", row.message);
        }
        assert!(modules().any(|(name, _)| *name == row.module), "{}", row.usage);
    }
}

/// Messages of the modules we have that are reached only with `tx message`.
const WITHOUT_A_COMMAND: &[&str] = &[
    "cosmos.gov.v1.MsgExecLegacyContent", // the gov module sends it to itself
];

#[test]
fn every_message_of_these_modules_has_a_command() {
    let ours: BTreeSet<&str> = rows().map(|row| row.message).collect();
    let services = proto::descriptors().services().filter(|service| service.name() == "Msg");
    for service in services {
        let package = service.package_name().to_owned();
        let module = package.split('.').nth(1).unwrap_or_default().to_owned();
        let known = modules().any(|(name, _)| *name == module) && package != "cosmos.gov.v1beta1";
        for method in service.methods().filter(|_| known) {
            let name = method.input().full_name().to_owned();
            assert!(ours.contains(name.as_str()) || WITHOUT_A_COMMAND.contains(&name.as_str()), "{name}");
        }
    }
}

#[test]
fn a_timeout_is_a_moment_or_a_time_from_now() {
    let timeout = |words: &[&str]| {
        let command = TxFlags::augment_args(Command::new("tx"));
        let matches = command.try_get_matches_from(["tx"].iter().chain(words)).ok()?;
        let flags = TxFlags::from_arg_matches(&matches).unwrap();
        Some(flags.timeout().unwrap().map(|time| time.seconds))
    };
    assert_eq!(timeout(&[]), Some(None));
    assert_eq!(timeout(&["--timeout-timestamp", "2026-01-31T12:00:00Z"]), Some(Some(1_769_860_800)));
    assert_eq!(timeout(&["--timeout-timestamp", "1769860800"]), Some(Some(1_769_860_800)));
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let (before, in_ten_minutes) = (now(), timeout(&["--timeout-duration", "10m"]).unwrap().unwrap());
    assert!((before + 600..=now() + 600).contains(&in_ten_minutes.unsigned_abs()));
    for bad in ["0", "-5", "tomorrow", "253402300800"] {
        assert_eq!(timeout(&[&format!("--timeout-timestamp={bad}")]), None, "{bad}");
    }
    assert_eq!(timeout(&["--timeout-duration", "soon"]), None);
    assert_eq!(timeout(&["--timeout-duration", "1m", "--timeout-timestamp", "1769860800"]), None);
}
