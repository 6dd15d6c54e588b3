//! `lazd query`: every query of every module, driven by the descriptors, and what the engine knows.

mod engine;
mod protocol;
mod proved;
mod table;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches};
use client::records::is_provable;
use prost_reflect::{FieldDescriptor, Kind, MethodDescriptor};
use proto::address::ConsAddress;
use serde_json::{Map, Value, json};

use crate::{
    context::{Context, KeyringFlags, NodeFlags, OutputFlag, runtime},
    node::home::Home,
    tx,
};
use table::{Row, modules, rows};

// Flags of every query. No doc comment: it would become the help of the command that has them.
#[derive(Clone, Debug, clap::Args)]
struct QueryFlags {
    /// Use a specific height to query state at (this can error if the node is pruning state)
    #[arg(long = "height", id = "at-height")]
    height: Option<u64>,
    #[command(flatten)]
    output: OutputFlag,
    #[command(flatten)]
    node: NodeFlags,
    #[command(flatten)]
    keyring: KeyringFlags,
}

/// The command with all its words, whatever they are.
pub(crate) struct Args(ArgMatches);

impl clap::Args for Args {
    fn augment_args(command: Command) -> Command {
        let command = command
            .about("Querying subcommands")
            .subcommand_required(true)
            .subcommands(engine::commands().into_iter().map(QueryFlags::augment_args))
            .subcommand(QueryFlags::augment_args(any_query()))
            .subcommand(proved::flags(QueryFlags::augment_args(proved::store_command())));
        modules().fold(command, |command, (name, service, about)| {
            let module = Command::new(*name).about(*about).subcommand_required(true);
            let methods = methods(service).into_iter();
            command.subcommand(methods.fold(module, |module, method| {
                module.subcommand(QueryFlags::augment_args(query_command(name, &method)))
            }))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Args::augment_args(command)
    }
}

impl FromArgMatches for Args {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Args, clap::Error> {
        Ok(Args(matches.clone()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Args::from_arg_matches(matches)?;
        Ok(())
    }
}

fn methods(service: &str) -> Vec<MethodDescriptor> {
    let found = proto::descriptors().get_service_by_name(service);
    found.map(|service| service.methods().collect()).unwrap_or_default()
}

/// One query as the command line has it.
struct Shape {
    method: MethodDescriptor,
    row: Option<&'static Row>,
}

impl Shape {
    fn of(method: &MethodDescriptor) -> Shape {
        let service = method.parent_service();
        let row = rows().find(|row| row.service == service.full_name() && row.method == method.name());
        Shape { method: method.clone(), row }
    }

    fn name(&self) -> String {
        match self.row {
            Some(row) => row.usage.split(' ').next().unwrap_or_default().to_owned(),
            None => kebab(self.method.name()),
        }
    }

    /// Argument, its field, whether it is required, whether it takes several values.
    fn arguments(&self) -> Vec<(&'static str, &'static str, bool, bool)> {
        let Some(row) = self.row else { return Vec::new() };
        let parts = row.usage.split(' ').skip(1).zip(row.fields);
        parts
            .map(|(part, field)| {
                let inner = part.trim_matches(['[', ']', '(', ')']);
                (inner.trim_end_matches('.'), *field, part.starts_with('['), inner.ends_with("..."))
            })
            .collect()
    }

    /// Fields that are flags: all but the arguments' and the page.
    fn flags(&self) -> Vec<FieldDescriptor> {
        let taken = |field: &FieldDescriptor| {
            self.row.is_some_and(|row| row.fields.contains(&field.name())) || is_page(field)
        };
        self.method.input().fields().filter(|field| !taken(field)).collect()
    }

    fn is_paged(&self) -> bool {
        self.method.input().fields().any(|field| is_page(&field))
    }

    fn path(&self) -> String {
        format!("/{}/{}", self.method.parent_service().full_name(), self.method.name())
    }
}

fn is_page(field: &FieldDescriptor) -> bool {
    matches!(field.kind(), Kind::Message(message) if message.full_name() == "cosmos.base.query.v1beta1.PageRequest")
}

/// `DenomOwnersByQuery` as `denom-owners-by-query`.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    for (at, letter) in name.chars().enumerate() {
        if letter.is_ascii_uppercase() && at > 0 {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

fn flag_name(field: &FieldDescriptor) -> String {
    field.name().replace('_', "-")
}

fn query_command(module: &str, method: &MethodDescriptor) -> Command {
    let shape = Shape::of(method);
    let about = match shape.row {
        Some(row) => row.about.to_owned(),
        None => format!("Execute the {} RPC method", method.name()),
    };
    let arguments = shape.arguments();
    let words: Vec<String> = arguments.iter().map(|(name, ..)| example_of(name)).collect();
    let example = format!("Example:\n  lazd query {module} {} {}", shape.name(), words.join(" "));
    let mut command = Command::new(shape.name()).about(about).after_help(example.trim_end().to_owned());
    if let Some(row) = shape.row.filter(|row| !row.alias.is_empty()) {
        command = command.visible_alias(row.alias);
    }
    for (name, _, required, many) in arguments {
        let arg = Arg::new(name).required(required);
        command = command.arg(if many { arg.num_args(1..).action(ArgAction::Append) } else { arg });
    }
    if is_provable(method.input().full_name()) {
        command = proved::flags(command);
    }
    for field in shape.flags() {
        let arg = Arg::new(flag_name(&field)).long(flag_name(&field)).help(format!("Field {}", field.name()));
        command = command.arg(match field.kind() {
            Kind::Bool => arg.num_args(0..=1).require_equals(true).default_missing_value("true"),
            _ if field.is_list() => arg.action(ArgAction::Append),
            _ => arg,
        });
    }
    if shape.is_paged() { page_flags(command) } else { command }
}

fn example_of(argument: &str) -> String {
    match argument {
        "denom" | "denom1" => "ulaz".into(),
        name if name.contains("validator-conspub") => "lazvalcons1...".into(),
        name if name.contains("validator") => "lazvaloper1...".into(),
        name if name.contains("addr") => "laz1...".into(),
        name if name.contains("proposal") || name.contains("num") => "1".into(),
        name if name.contains("height") => "100".into(),
        "module-name" => "gov".into(),
        other => format!("<{other}>"),
    }
}

fn page_flags(command: Command) -> Command {
    let flag = |name: &'static str, short: &'static str, help: &'static str| {
        Arg::new(name).long(name).visible_alias(short).help(help)
    };
    let switch = |arg: Arg| arg.action(ArgAction::SetTrue);
    command.next_help_heading("Page").args([
        flag("page-limit", "limit", "Most entries of this page"),
        flag("page-offset", "offset", "Entries to leave out first; instead of --page-key"),
        Arg::new("page-key").long("page-key").help("Where the next page begins, from the last answer"),
        Arg::new("page")
            .long("page")
            .help("Number of the page, from 1; instead of --page-offset")
            .conflicts_with("page-offset"),
        switch(flag("page-count-total", "count-total", "Count all entries")),
        switch(flag("page-reverse", "reverse", "Last entries first")),
    ])
}

/// The `pagination` of a request, if any of its flags was given.
fn page(matches: &ArgMatches) -> Result<Option<Value>> {
    let mut page = Map::new();
    let text = |name: &str| matches.get_one::<String>(name);
    let number = |name: &str| -> Result<Option<u64>> {
        text(name)
            .map(|text| text.parse().with_context(|| format!("--{name} {text:?} is not a number")))
            .transpose()
    };
    let limit = number("page-limit")?;
    if let Some(limit) = limit {
        page.insert("limit".into(), limit.into());
    }
    match (number("page-offset")?, number("page")?) {
        (Some(offset), _) => drop(page.insert("offset".into(), offset.into())),
        (None, Some(0)) => bail!("--page is counted from 1"),
        (None, Some(at)) => {
            let offset = (at - 1).saturating_mul(limit.unwrap_or(100));
            page.insert("offset".into(), offset.into());
        }
        (None, None) => {}
    }
    if let Some(key) = text("page-key") {
        page.insert("key".into(), key.as_str().into());
    }
    for (flag, field) in [("page-count-total", "count_total"), ("page-reverse", "reverse")] {
        if matches.get_flag(flag) {
            page.insert(field.into(), true.into());
        }
    }
    Ok((!page.is_empty()).then_some(Value::Object(page)))
}

fn any_query() -> Command {
    Command::new("path")
        .about("Ask any query by its path, with its request as JSON")
        .args([Arg::new("path").required(true), Arg::new("json").default_value("{}")])
        .after_help("Example:\n  lazd query path /cosmos.bank.v1beta1.Query/SupplyOf '{\"denom\":\"ulaz\"}'")
}

/// Runs a `lazd query` command.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    let Some((name, matches)) = args.0.subcommand() else { return Ok(()) };
    let context = |matches: &ArgMatches| -> Result<(Context, QueryFlags)> {
        let flags = QueryFlags::from_arg_matches(matches)?;
        let context = Context::new(home, flags.output.clone())?;
        Ok((context.with_node(flags.node.clone()).with_keyring(flags.keyring.clone()), flags))
    };
    let Some((_, service, _)) = modules().find(|(module, ..)| *module == name) else {
        let (context, flags) = context(matches)?;
        return match name {
            "path" => by_path(&context, &flags, matches),
            "store" => proved::store(&context, flags.height, matches),
            _ => engine::run(&context, name, matches),
        };
    };
    let Some((word, matches)) = matches.subcommand() else { return Ok(()) };
    let (context, flags) = context(matches)?;
    let method = methods(service).into_iter().find(|method| Shape::of(method).name() == word);
    let shape =
        Shape::of(&method.ok_or_else(|| anyhow!("unknown command \"{word}\" for \"lazd query {name}\""))?);
    let request = request(&context, &shape, matches)?;
    let name = shape.method.input();
    if is_provable(name.full_name()) && matches.get_flag("prove") {
        let bytes = proto::json::from_json(name.full_name(), &request)?;
        return proved::record(&context, flags.height, matches, (name.full_name(), &bytes));
    }
    ask(&context, &flags, &shape.method, &shape.path(), &request)
}

fn request(context: &Context, shape: &Shape, matches: &ArgMatches) -> Result<Value> {
    let mut object = Map::new();
    let input = shape.method.input();
    let mut put = |field: &FieldDescriptor, texts: Vec<&String>| -> Result<()> {
        if !texts.is_empty() {
            let texts: Vec<&str> = texts.into_iter().map(String::as_str).collect();
            object.insert(field.name().to_owned(), typed(context, field, &texts)?);
        }
        Ok(())
    };
    for (name, field, ..) in shape.arguments() {
        let field =
            input.get_field_by_name(field).ok_or_else(|| anyhow!("{} has no {field}", input.name()))?;
        put(&field, matches.get_many(name).into_iter().flatten().collect())?;
    }
    for field in shape.flags() {
        put(&field, matches.get_many(&flag_name(&field)).into_iter().flatten().collect())?;
    }
    if shape.is_paged()
        && let Some(page) = page(matches)?
    {
        object.insert("pagination".into(), page);
    }
    Ok(Value::Object(object))
}

/// A consensus address may also be given as the public key it comes from.
fn typed(context: &Context, field: &FieldDescriptor, texts: &[&str]) -> Result<Value> {
    if field.name() == "cons_address"
        && let [text] = texts
        && text.starts_with('{')
    {
        let key: Value = serde_json::from_str(text).context("the public key is not JSON")?;
        let bytes = proto::json::from_json("cosmos.crypto.ed25519.PubKey", &json!({ "key": key["key"] }))?;
        let wire: proto::cosmos::crypto::ed25519::PubKey = proto::strict::decode(&bytes)?;
        let key = <[u8; 32]>::try_from(wire.key.as_slice()).context("an ed25519 key has 32 bytes")?;
        return Ok(ConsAddress::of_ed25519(&key).to_string().into());
    }
    tx::value(context, field, texts)
}

fn ask(
    context: &Context,
    flags: &QueryFlags,
    method: &MethodDescriptor,
    path: &str,
    request: &Value,
) -> Result<()> {
    let bytes = proto::json::from_json(method.input().full_name(), request)?;
    let answer = runtime()?.block_on(context.chain()?.query(path, &bytes, flags.height))?;
    context.format().print(&proto::json::to_json(method.output().full_name(), &answer)?)
}

fn by_path(context: &Context, flags: &QueryFlags, matches: &ArgMatches) -> Result<()> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str).unwrap_or_default();
    let path = text("path");
    let (service, name) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
    let method = methods(service).into_iter().find(|method| method.name() == name);
    let method = method.ok_or_else(|| {
        anyhow!("{path:?} is not a query; give one such as /cosmos.bank.v1beta1.Query/Params")
    })?;
    let request: Value = serde_json::from_str(text("json")).context("the request is not JSON")?;
    ask(context, flags, &method, path, &request)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::Args as _;

    use super::*;

    #[test]
    fn every_query_has_one_command_and_every_row_a_query() {
        Args::augment_args(Command::new("query")).debug_assert();
        for (module, service, _) in modules() {
            let mut seen = BTreeSet::new();
            assert!(!methods(service).is_empty(), "{service}");
            for method in methods(service) {
                let shape = Shape::of(&method);
                assert!(seen.insert(shape.name()), "{module} {}", shape.name());
                for (_, field, ..) in shape.arguments() {
                    assert!(method.input().get_field_by_name(field).is_some(), "{module} {field}");
                }
            }
        }
        for row in rows() {
            assert!(methods(row.service).iter().any(|method| method.name() == row.method), "{}", row.method);
        }
        assert_eq!(kebab("DenomOwnersByQuery"), "denom-owners-by-query");
    }
}
