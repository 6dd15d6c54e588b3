//! The REST routes that the `google.api.http` options of all services describe.

use prost_reflect::{DynamicMessage, MethodDescriptor};

/// An HTTP method that a route can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Read.
    Get,
    /// Send a request with a body.
    Post,
    /// Replace.
    Put,
    /// Remove.
    Delete,
    /// Change in part.
    Patch,
}

impl Method {
    /// The method's name in HTTP.
    pub fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
            Method::Patch => "PATCH",
        }
    }

    const ALL: [(Method, &'static str); 5] = [
        (Method::Get, "get"),
        (Method::Post, "post"),
        (Method::Put, "put"),
        (Method::Delete, "delete"),
        (Method::Patch, "patch"),
    ];
}

/// One piece of a path template; the order is the order of preference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    /// `{field}`: one segment of the path.
    One(String),
    /// `{field=**}`: all that is left of the path.
    Rest(String),
}

/// A path template such as `/cosmos/bank/v1beta1/balances/{address}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Template {
    segments: Vec<Segment>,
}

impl Template {
    /// Reads a template. Literals, `*`, `{field}`, `{field=*}` and, at the end, `{field=**}` are understood; anything else is `None`.
    pub fn parse(text: &str) -> Option<Template> {
        let segments: Vec<Segment> =
            text.strip_prefix('/')?.split('/').map(segment).collect::<Option<_>>()?;
        let rest = segments.iter().position(|segment| matches!(segment, Segment::Rest(_)));
        let last = segments.len().checked_sub(1);
        (rest.is_none() || rest == last).then_some(Template { segments })
    }

    /// The values of the template's fields in `path`, percent-decoded, if it matches. Empty segments match nothing, so neither does
    /// a trailing slash.
    pub fn match_path(&self, path: &str) -> Option<Vec<(String, String)>> {
        let mut parts = path.strip_prefix('/')?.split('/');
        let mut values = Vec::new();
        for segment in &self.segments {
            let part = parts.next().filter(|part| !part.is_empty())?;
            match segment {
                Segment::Literal(text) if percent_decode(part, false)? == *text => {}
                Segment::Literal(_) => return None,
                Segment::One(field) => values.push((field.clone(), percent_decode(part, false)?)),
                Segment::Rest(field) => {
                    let all: Vec<&str> = std::iter::once(part).chain(parts).collect();
                    let full = all.iter().all(|part| !part.is_empty());
                    values.push((field.clone(), percent_decode(&all.join("/"), false)?));
                    return full.then_some(values);
                }
            }
        }
        parts.next().is_none().then_some(values)
    }
}

fn segment(text: &str) -> Option<Segment> {
    if let Some(inner) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
        let (field, pattern) = inner.split_once('=').unwrap_or((inner, "*"));
        return match pattern {
            "*" => Some(Segment::One(field.to_owned())),
            "**" => Some(Segment::Rest(field.to_owned())),
            _ => None,
        };
    }
    let plain = !text.is_empty() && !text.contains(['{', '}', '*', ':']);
    plain.then(|| Segment::Literal(text.to_owned()))
}

/// One way to call one rpc by HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The HTTP method.
    pub method: Method,
    /// The path template as the option spells it.
    pub path: String,
    /// The path template.
    pub template: Template,
    /// `/package.Service/Method`, what the rpc is called by gRPC.
    pub rpc_path: String,
    /// Full name of the request type.
    pub input: String,
    /// Full name of the response type.
    pub output: String,
    /// Which field of the request the body is: `*` for the whole request.
    pub body: Option<String>,
}

/// All routes, the most specific first: of two that match a path, the one with a literal where the other has a field wins, as it
/// does in the SDK by order of registration.
pub fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    let services = crate::descriptors().services();
    for rpc in services.flat_map(|service| service.methods().collect::<Vec<_>>()) {
        rules(&rpc, &mut routes);
    }
    routes.sort_by(|a, b| a.template.cmp(&b.template));
    routes
}

/// The route of a request, with the fields that its path holds.
pub fn find<'a>(routes: &'a [Route], method: &str, path: &str) -> Option<(&'a Route, Vec<(String, String)>)> {
    let same_method = routes.iter().filter(|route| route.method.name() == method);
    same_method.filter_map(|route| Some((route, route.template.match_path(path)?))).next()
}

/// The pairs of a query string, decoded; `None` if an escape is broken.
pub fn parse_query(query: &str) -> Option<Vec<(String, String)>> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let decode = |text: &str| percent_decode(text, true);
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(k, v)| Some((decode(k)?, decode(v)?)))
        .collect()
}

fn rules(rpc: &MethodDescriptor, routes: &mut Vec<Route>) {
    let Some(extension) = crate::descriptors().get_extension_by_name("google.api.http") else { return };
    let options = rpc.options();
    if !options.has_extension(&extension) {
        return;
    }
    let rule = options.get_extension(&extension);
    let Some(rule) = rule.as_message() else { return };
    routes.extend(route(rpc, rule));
    if let Some(more) = rule.get_field_by_name("additional_bindings") {
        let more = more.as_list().unwrap_or_default();
        routes.extend(more.iter().filter_map(|rule| route(rpc, rule.as_message()?)));
    }
}

fn route(rpc: &MethodDescriptor, rule: &DynamicMessage) -> Option<Route> {
    let field = |name: &str| rule.get_field_by_name(name)?.as_str().map(str::to_owned);
    let set = Method::ALL.iter().find(|(_, name)| rule.has_field_by_name(name));
    let (method, name) = set.copied()?;
    let path = field(name)?;
    Some(Route {
        method,
        template: Template::parse(&path)?,
        path,
        rpc_path: format!("/{}/{}", rpc.parent_service().full_name(), rpc.name()),
        input: rpc.input().full_name().to_owned(),
        output: rpc.output().full_name().to_owned(),
        body: field("body").filter(|body| !body.is_empty()),
    })
}

fn percent_decode(text: &str, plus_is_space: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let (high, low) = (hex_digit(rest.next()?)?, hex_digit(rest.next()?)?);
                high << 4 | low
            }
            b'+' if plus_is_space => b' ',
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex_digit(byte: u8) -> Option<u8> {
    u8::try_from(char::from(byte).to_digit(16)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn a_template_takes_its_fields_from_the_path() {
        let one = Template::parse("/a/{x}/b/{y.z=*}").unwrap();
        assert_eq!(one.match_path("/a/1/b/2%20c"), Some(pairs(&[("x", "1"), ("y.z", "2 c")])));
        for miss in [
            "/a/1/b",
            "/a/1/b/2/",
            "/a//b/2",
            "/a/1/c/2",
            "a/1/b/2",
            "/a/1/b/2/3",
            "/a/%zz/b/2",
            "/a/%ff/b/2",
        ] {
            assert_eq!(one.match_path(miss), None, "{miss}");
        }
        let rest = Template::parse("/d/{denom=**}").unwrap();
        assert_eq!(rest.match_path("/d/ibc/27%2FA"), Some(pairs(&[("denom", "ibc/27/A")])));
        assert_eq!(rest.match_path("/d/ibc/"), None);
        for bad in ["", "a", "/{a=b/*}", "/{a=**}/c", "/a:verb", "//"] {
            assert_eq!(Template::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_query_string_is_decoded() {
        let want = pairs(&[("a.b", "1 2"), ("c", ""), ("d", "=x")]);
        assert_eq!(parse_query("a.b=1+2&c&&d=%3dx"), Some(want));
        assert_eq!(parse_query("a=%4"), None);
    }

    #[test]
    fn every_http_option_gives_a_route_and_literals_win() {
        let routes = routes();
        let options = crate::descriptors().services().flat_map(|s| s.methods().collect::<Vec<_>>());
        let extension = crate::descriptors().get_extension_by_name("google.api.http").unwrap();
        for rpc in options.filter(|rpc| rpc.options().has_extension(&extension)) {
            let path = format!("/{}/{}", rpc.parent_service().full_name(), rpc.name());
            assert!(routes.iter().any(|route| route.rpc_path == path), "{path}");
        }
        for (path, rpc) in [
            ("/cosmos/base/tendermint/v1beta1/blocks/latest", "GetLatestBlock"),
            ("/cosmos/base/tendermint/v1beta1/blocks/7", "GetBlockByHeight"),
            ("/cosmos/tx/v1beta1/txs/block/7", "GetBlockWithTxs"),
            ("/cosmos/bank/v1beta1/balances/laz1x", "AllBalances"),
            ("/cosmos/bank/v1beta1/balances/laz1x/by_denom", "Balance"),
            ("/cosmos/bank/v1beta1/denoms_metadata/ibc/A", "DenomMetadata"),
        ] {
            let (route, _) = find(&routes, "GET", path).unwrap();
            assert!(route.rpc_path.ends_with(&format!("/{rpc}")), "{path}: {}", route.rpc_path);
        }
        assert_eq!(find(&routes, "POST", "/cosmos/tx/v1beta1/txs").unwrap().0.body.as_deref(), Some("*"));
        assert_eq!(find(&routes, "GET", "/cosmos/auth/v1beta1/accounts/"), None);
        assert_eq!(find(&routes, "GET", "/ibc/apps/transfer/v1/params"), None);
    }
}
