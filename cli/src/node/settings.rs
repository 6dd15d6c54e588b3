//! Settings in layers: template, then file, then environment, then flags. The template is the only place that knows a
//! file's keys, their types, defaults and help, so a flag and an environment variable exist for each of them by itself.

use std::{collections::BTreeMap, fs, io, path::Path};

use anyhow::{Context, Result, anyhow, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::home::{Existing, Home, write_file};

/// Values given on the command line, by key.
pub(crate) type Flags = BTreeMap<String, String>;

/// A configuration file of the home.
pub(crate) struct Document {
    /// Its name in `config/`.
    pub(crate) name: &'static str,
    template: &'static str,
}

/// `config/app.toml`: the application's.
pub(crate) const APP: Document = Document { name: "app.toml", template: include_str!("templates/app.toml") };
/// `config/config.toml`: CometBFT's.
pub(crate) const COMET: Document =
    Document { name: "config.toml", template: include_str!("templates/config.toml") };
/// `config/client.toml`: that of `tx`, `query` and `keys`.
pub(crate) const CLIENT: Document =
    Document { name: "client.toml", template: include_str!("templates/client.toml") };

/// One setting as its template describes it.
pub(crate) struct Setting {
    /// `api.enable`
    pub(crate) key: String,
    pub(crate) default: Value,
    help: String,
}

impl Setting {
    /// `LAZD_API_ENABLE`
    pub(crate) fn variable(&self) -> String {
        variable("LAZD", &self.key)
    }

    fn kind(&self) -> &'static str {
        match self.default {
            Value::Boolean(_) => "true or false",
            Value::Integer(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Array(_) => "a list",
            _ => "a text in quotes",
        }
    }

    /// Takes a value from a file: of the right type, or one that is meant to be.
    fn fit(&self, found: &Value) -> Result<Value> {
        let fitted = match (&self.default, found) {
            (Value::String(_), Value::Integer(number)) => Some(Value::String(number.to_string())),
            (Value::Integer(_) | Value::Boolean(_), Value::String(text)) => self.read(text).ok(),
            (default, found) => default.same_type(found).then(|| found.clone()),
        };
        fitted.ok_or_else(|| anyhow!("{} must be {}, not {found}", self.key, self.kind()))
    }

    /// Takes a value from a flag or the environment.
    pub(crate) fn read(&self, text: &str) -> Result<Value> {
        let wrong = || anyhow!("{} must be {}, not {text:?}", self.key, self.kind());
        Ok(match &self.default {
            Value::Boolean(_) => Value::Boolean(match text {
                "true" | "1" => true,
                "false" | "0" => false,
                _ => return Err(wrong()),
            }),
            Value::Integer(_) => Value::Integer(text.parse().map_err(|_| wrong())?),
            Value::Float(_) => Value::Float(text.parse().map_err(|_| wrong())?),
            Value::Array(_) if text.trim_start().starts_with('[') => {
                let mut table: Table = format!("v = {text}").parse().map_err(|_| wrong())?;
                table.remove("v").filter(Value::is_array).ok_or_else(wrong)?
            }
            Value::Array(_) => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                Value::Array(parts.map(|part| Value::String(part.to_owned())).collect())
            }
            _ => Value::String(text.to_owned()),
        })
    }
}

/// The name of the environment variable for a key.
pub(crate) fn variable(prefix: &str, key: &str) -> String {
    format!("{prefix}_{}", key.replace(['.', '-'], "_").to_uppercase())
}

impl Document {
    /// The file as `init` writes it; `{{name}}` in the template is replaced by the name's value.
    pub(crate) fn render(&self, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.template.to_owned(), |text, (name, value)| {
            let quoted = Value::String((*value).to_owned()).to_string();
            text.replace(&format!("\"{{{{{name}}}}}\""), &quoted)
        })
    }

    /// Every setting in the order of the file.
    pub(crate) fn settings(&self) -> Vec<Setting> {
        let text = self.render(&[("moniker", ""), ("chain-id", "")]);
        let table: Table = text.parse().expect("a test parses every template");
        let (mut section, mut help, mut settings) = (String::new(), Vec::new(), Vec::new());
        for line in text.lines() {
            if let Some(comment) = line.strip_prefix('#') {
                help.push(comment.trim_matches(['#', ' ']));
            } else if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                section = format!("{name}.");
                help.clear();
            } else if let Some((name, _)) = line.split_once(" = ") {
                let key = format!("{section}{name}");
                let default = look_up(&table, &key).expect("the template was parsed from this text").clone();
                settings.push(Setting { key, default, help: help.join("\n").trim().to_owned() });
                help.clear();
            } else {
                help.clear();
            }
        }
        settings
    }

    /// The setting named `key`.
    pub(crate) fn setting(&self, key: &str) -> Result<Setting> {
        let found = self.settings().into_iter().find(|setting| setting.key == key);
        found.ok_or_else(|| anyhow!("{} has no key {key:?}; `lazd config view` lists them", self.name))
    }

    /// Changes one value in the file at `path`; everything else in it stays.
    pub(crate) fn change(&self, home: &Home, key: &str, value: &str) -> Result<()> {
        let path = home.config().join(self.name);
        let text = edit(&home.read(&path)?, key, &self.setting(key)?.read(value)?)?;
        write_file(&path, text.as_bytes(), 0o644, Existing::Replace)
    }

    /// All layers together; a missing file is an empty one.
    pub(crate) fn load<T: DeserializeOwned>(&self, path: &Path, flags: &Flags) -> Result<T> {
        let table = self.table(path, flags, |name| std::env::var(name).ok())?;
        Value::Table(table).try_into().map_err(|error: toml::de::Error| {
            anyhow!("{}: {}; correct the value in the file", path.display(), error.to_string().trim())
        })
    }

    /// [`Document::load`], untyped and with the environment given.
    pub(crate) fn table(
        &self,
        path: &Path,
        flags: &Flags,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Table> {
        let file = read_table(path)?;
        let settings = self.settings();
        let mut table = Table::new();
        for setting in &settings {
            let key = &setting.key;
            let mut value = match look_up(&file, key) {
                Some(found) => setting.fit(found).with_context(|| {
                    format!("{}: correct this key, or set {} instead", path.display(), setting.variable())
                })?,
                None => setting.default.clone(),
            };
            if let Some(text) = environment(&setting.variable()) {
                value = setting
                    .read(&text)
                    .with_context(|| format!("environment variable {}", setting.variable()))?;
            }
            if let Some(text) = flags.get(key) {
                value = setting.read(text).with_context(|| format!("flag --{key}"))?;
            }
            put(&mut table, key, value);
        }
        for key in leaves(&file).into_iter().filter(|key| !settings.iter().any(|setting| setting.key == *key))
        {
            tracing::warn!(file = %path.display(), key, "this key means nothing and is ignored");
        }
        Ok(table)
    }

    /// Adds a flag for each setting that `wanted` takes.
    pub(crate) fn add_flags(&self, command: Command, wanted: impl Fn(&str) -> bool) -> Command {
        let settings = self.settings().into_iter().filter(|setting| wanted(&setting.key));
        settings.fold(command, |command, setting| {
            let help = format!(
                "{} [default: {}] [env: {}]",
                short(&setting.help),
                setting.default,
                setting.variable()
            );
            let arg = Arg::new(setting.key.clone())
                .long(setting.key.clone())
                .help(help)
                .value_name("VALUE")
                .help_heading(format!("Settings of {}", self.name))
                .action(ArgAction::Set);
            command.arg(match setting.default {
                Value::Boolean(_) => arg.num_args(0..=1).require_equals(true).default_missing_value("true"),
                _ => arg.allow_hyphen_values(true),
            })
        })
    }

    /// The flags of [`Document::add_flags`] that were given.
    pub(crate) fn flags(&self, matches: &ArgMatches) -> Flags {
        let given = |setting: Setting| {
            let value = matches.try_get_one::<String>(&setting.key).ok().flatten()?.clone();
            Some((setting.key, value))
        };
        self.settings().into_iter().filter_map(given).collect()
    }
}

/// The first sentence of a comment block.
fn short(help: &str) -> String {
    let text = help.replace('\n', " ");
    text.split_inclusive(". ").next().unwrap_or_default().trim_end().to_owned()
}

/// A TOML file; a missing one is empty.
pub(crate) fn read_table(path: &Path) -> Result<Table> {
    match fs::read_to_string(path) {
        Ok(text) => text.parse().with_context(|| format!("{} is not TOML; correct it", path.display())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Table::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// The value at a dotted key.
pub(crate) fn look_up<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        Some((section, rest)) => look_up(table.get(section)?.as_table()?, rest),
        None => table.get(key),
    }
}

fn put(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => drop(table.insert(key.to_owned(), value)),
        Some((section, rest)) => {
            let inner = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            put(
                inner.as_table_mut().expect("templates give a name either a section or a value"),
                rest,
                value,
            );
        }
    }
}

fn leaves(table: &Table) -> Vec<String> {
    let below = |(name, value): (&String, &Value)| match value {
        Value::Table(inner) => leaves(inner).into_iter().map(|key| format!("{name}.{key}")).collect(),
        _ => vec![name.clone()],
    };
    table.iter().flat_map(below).collect()
}

/// Replaces one value in the text of a TOML file and leaves every other line, comments included, as it is.
fn edit(text: &str, key: &str, value: &Value) -> Result<String> {
    let (wanted, name) = key.rsplit_once('.').unwrap_or(("", key));
    let (mut section, mut done, mut lines) = (String::new(), false, Vec::new());
    for line in text.lines() {
        if let Some(header) = line.trim().strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = header.trim().to_owned();
        }
        let here = section == wanted && line.split_once('=').is_some_and(|(left, _)| left.trim() == name);
        lines.push(if here && !done { format!("{name} = {value}") } else { line.to_owned() });
        done |= here;
    }
    if !done {
        bail!("the file has no line for {key:?}; add it by hand");
    }
    let edited = lines.join("\n") + "\n";
    let parsed: Table =
        edited.parse().with_context(|| format!("{key} spans several lines; edit it by hand"))?;
    if look_up(&parsed, key) != Some(value) {
        bail!("{key:?} could not be replaced; edit it by hand");
    }
    Ok(edited)
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
