//! The commands that the documentation names are commands.

use std::{fs, path::Path};

use clap::{Arg, Command, CommandFactory as _};

/// Every `lazd ..` in a page: in code within the text, and at the beginning of a line of a code block.
fn named(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut block = false;
    for line in text.lines() {
        if line.starts_with("```") {
            block = !block;
        } else if block {
            found.extend(line.trim().starts_with("lazd ").then(|| line.trim().to_owned()));
        } else {
            let code = line.split('`').skip(1).step_by(2);
            found.extend(code.filter(|code| code.starts_with("lazd ")).map(str::to_owned));
        }
    }
    found
}

/// What is wrong with a command as it is named.
fn wrong(root: &Command, line: &str) -> Option<String> {
    let mut command = root;
    // what follows is another program's
    let ends = |word: &&str| *word == "|" || word.starts_with('#') || word.starts_with("$(");
    let mut words = line.split_whitespace().skip(1).take_while(|word| !ends(word));
    while let Some(word) = words.next() {
        if let Some(flag) = word.strip_prefix("--") {
            let of_name = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
            let name = flag.split(|c| !of_name(c)).next().unwrap_or_default();
            if name.is_empty() || name == "help" {
                continue;
            }
            match argument(command, name).or_else(|| argument(root, name)) {
                None => return Some(format!("{line}: no flag --{name}")),
                Some(found) if found.get_action().takes_values() && !flag.contains('=') => drop(words.next()),
                Some(_) => {}
            }
            continue;
        }
        match command.find_subcommand(word) {
            Some(inner) => command = inner,
            None if command.has_subcommands() => return Some(format!("{line}: no command {word}")),
            None => {}
        }
    }
    None
}

fn argument<'a>(command: &'a Command, name: &str) -> Option<&'a Arg> {
    command.get_arguments().find(|argument| {
        let aliases = argument.get_all_aliases().unwrap_or_default();
        argument.get_long() == Some(name) || aliases.contains(&name)
    })
}

#[test]
fn every_command_and_flag_that_a_page_names_exists() {
    let mut root = crate::Cli::command();
    root.build();
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut pages = vec![top.join("README.md")];
    for folder in [top.join("docs"), top.join("docs/runbooks")] {
        let entries = fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        pages.extend(entries.filter(|path| path.extension().is_some_and(|end| end == "md")));
    }
    let (mut count, mut errors) = (0, Vec::new());
    for page in pages {
        let text = fs::read_to_string(&page).expect("a page");
        for line in named(&text) {
            count += 1;
            errors.extend(wrong(&root, &line).map(|why| format!("{}: {why}", page.display())));
        }
    }
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    assert!(count > 100, "only {count} commands were found");
}

#[test]
fn a_command_or_a_flag_that_is_not_there_is_found() {
    let mut root = crate::Cli::command();
    root.build();
    for (line, right) in [
        ("lazd tx bank send a b 1ulaz --from a", true),
        ("lazd query dat assets --owner", true),
        ("lazd query dat asets", false),
        ("lazd tx bank send a b 1ulaz --form a", false),
        ("lazd mint_money", false),
    ] {
        assert_eq!(wrong(&root, line).is_none(), right, "{line}");
    }
}
