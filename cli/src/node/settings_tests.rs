use super::*;

fn nothing(_: &str) -> Option<String> {
    None
}

fn file(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.toml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn every_template_parses_and_names_each_key_once() {
    for document in [APP, COMET, CLIENT] {
        let text = document.render(&[("moniker", "it's \"me\""), ("chain-id", "lazchain-1")]);
        let table: Table = text.parse().unwrap();
        let keys: Vec<String> = document.settings().into_iter().map(|setting| setting.key).collect();
        let mut sorted = keys.clone();
        sorted.sort();
        sorted.dedup();
        let mut found = leaves(&table);
        found.sort();
        assert_eq!(sorted, found, "{}", document.name);
        assert_eq!(sorted.len(), keys.len(), "{}", document.name);
    }
    assert_eq!(COMET.render(&[("moniker", "x")]).matches("{{").count(), 0);
}

#[test]
fn layers_win_in_order_file_environment_flags() {
    let (_folder, path) = file("halt-height = 1\nhalt-time = 1\nmin-retain-blocks = 1\n");
    let flags = Flags::from([("min-retain-blocks".into(), "3".into())]);
    let environment = |name: &str| match name {
        "LAZD_HALT_TIME" | "LAZD_MIN_RETAIN_BLOCKS" => Some("2".to_owned()),
        "LAZD_STATE_SYNC_SNAPSHOT_INTERVAL" => Some("50".to_owned()),
        "LAZD_INDEX_EVENTS" => Some("message.sender, message.recipient".to_owned()),
        _ => None,
    };
    let table = APP.table(&path, &flags, environment).unwrap();
    let number = |key| look_up(&table, key).unwrap().as_integer().unwrap();
    assert_eq!((number("halt-height"), number("halt-time"), number("min-retain-blocks")), (1, 2, 3));
    assert_eq!(number("state-sync.snapshot-interval"), 50);
    assert_eq!(number("state-sync.snapshot-keep-recent"), 2);
    assert_eq!(look_up(&table, "index-events").unwrap().as_array().unwrap().len(), 2);
}

#[test]
fn a_wrong_value_names_file_key_and_remedy() {
    let (_folder, path) = file("[api]\nenable = \"perhaps\"\n");
    let error = format!("{:#}", APP.table(&path, &Flags::new(), nothing).unwrap_err());
    for words in ["app.toml", "api.enable", "true or false", "LAZD_API_ENABLE", "perhaps"] {
        assert!(error.contains(words), "{error} should say {words}");
    }
    let (_folder, path) = file("[api\n");
    assert!(format!("{:#}", APP.table(&path, &Flags::new(), nothing).unwrap_err()).contains("not TOML"));
    let flags = Flags::from([("halt-height".into(), "soon".into())]);
    let (_folder, path) = file("");
    let error = format!("{:#}", APP.table(&path, &flags, nothing).unwrap_err());
    assert!(error.contains("--halt-height"), "{error}");
}

#[test]
fn numbers_in_quotes_and_texts_without_are_understood() {
    let (_folder, path) = file("pruning-keep-recent = 100\nhalt-height = \"7\"\n");
    let table = APP.table(&path, &Flags::new(), nothing).unwrap();
    assert_eq!(look_up(&table, "pruning-keep-recent").unwrap().as_str(), Some("100"));
    assert_eq!(look_up(&table, "halt-height").unwrap().as_integer(), Some(7));
}

#[test]
fn an_edit_changes_one_line_only() {
    let text = APP.render(&[]);
    let edited = edit(&text, "grpc.address", &Value::String("0.0.0.0:9090".into())).unwrap();
    let changed: Vec<_> = text.lines().zip(edited.lines()).filter(|(old, new)| old != new).collect();
    assert_eq!(changed, [("address = \"localhost:9090\"", "address = \"0.0.0.0:9090\"")]);
    let edited = edit(&text, "halt-height", &Value::Integer(9)).unwrap();
    assert!(edited.contains("\nhalt-height = 9\n"));
    assert!(edit(&text, "api.absent", &Value::Integer(9)).is_err());
}

#[test]
fn settings_become_flags_with_help() {
    let command = APP.add_flags(Command::new("start"), |_| true);
    let given =
        ["start", "--api.enable=false", "--mempool.max-txs", "-1", "--halt-height=5", "--grpc.enable"];
    let matches = command.try_get_matches_from(given).unwrap();
    let flags = APP.flags(&matches);
    let expected =
        [("api.enable", "false"), ("grpc.enable", "true"), ("halt-height", "5"), ("mempool.max-txs", "-1")];
    let expected: Flags = expected.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
    assert_eq!(flags, expected);
    let help = APP.setting("state-sync.snapshot-interval").unwrap().help;
    assert!(help.starts_with("snapshot-interval specifies"), "{help}");
}
