//! Behaviour of an agent: a suite of requests against its endpoint, and what must be in the answers.

use std::{path::Path, time::Duration};

use serde::Deserialize;
use serde_json::Value;

use crate::operator::{
    config::Config,
    fetch::Fetcher,
    report::{BEST, Section},
};

/// Bytes of a suite.
const MAX_SUITE: u64 = 4 << 20;
/// Requests of a suite.
const MAX_TESTS: usize = 256;
/// Bytes of an answer.
const MAX_ANSWER: usize = 4 << 20;
/// Seconds for each answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Failures that are listed.
const MAX_LISTED: usize = 16;

/// What the content of such an update is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Suite {
    /// Where the agent answers.
    endpoint: String,
    tests: Vec<Test>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    name: String,
    /// The body that is posted.
    request: Value,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    #[serde(default = "ok")]
    status: u16,
    /// Where to look in the answer, as RFC 6901 writes it; the whole answer by default.
    #[serde(default)]
    pointer: String,
    /// Must be this.
    equals: Option<Value>,
    /// Must be a text with this in it.
    contains: Option<String>,
}

fn ok() -> u16 {
    200
}

/// The share of tests that pass.
pub(super) async fn look(path: &Path, config: &Config) -> Result<Section, String> {
    let mut section = Section::new("behaviour");
    let size = tokio::fs::metadata(path).await.map_err(|error| error.to_string())?.len();
    if size > MAX_SUITE {
        section.find(BEST, format!("a suite of {size} bytes; at most {MAX_SUITE} are read"));
        return Ok(section);
    }
    let text = tokio::fs::read(path).await.map_err(|error| error.to_string())?;
    let suite: Suite = match serde_json::from_slice(&text) {
        Ok(suite) => suite,
        Err(error) => {
            section.find(BEST, format!("it is no suite of tests: {error}"));
            return Ok(section);
        }
    };
    if suite.tests.is_empty() || suite.tests.len() > MAX_TESTS {
        section.find(BEST, format!("{} tests; a suite has 1 to {MAX_TESTS}", suite.tests.len()));
        return Ok(section);
    }
    let fetcher = Fetcher::new(config.clone(), path.parent().unwrap_or(Path::new("/")).to_owned());
    let client = fetcher.client(&suite.endpoint).await?;
    let mut failed = Vec::new();
    for test in &suite.tests {
        if let Err(why) = run(&client, &suite.endpoint, test).await {
            failed.push(format!("{}: {why}", test.name));
        }
    }
    section.fact("endpoint", &suite.endpoint);
    section.fact("tests", suite.tests.len());
    section.fact("passed", suite.tests.len() - failed.len());
    let share = u32::try_from(failed.len() * 10_000 / suite.tests.len()).unwrap_or(BEST);
    if share > 0 {
        let listed = failed.iter().take(MAX_LISTED).cloned().collect::<Vec<_>>().join("; ");
        section.find(share, format!("{} tests fail: {listed}", failed.len()));
    }
    Ok(section)
}

async fn run(client: &reqwest::Client, endpoint: &str, test: &Test) -> Result<(), String> {
    let body = test.request.to_string();
    let asked = client.post(endpoint).header("content-type", "application/json").body(body).timeout(PATIENCE);
    let mut answer = asked.send().await.map_err(|error| error.without_url().to_string())?;
    let status = answer.status().as_u16();
    if status != test.expect.status {
        return Err(format!("status {status}, not {}", test.expect.status));
    }
    let mut bytes = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| error.without_url().to_string())? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > MAX_ANSWER {
            return Err(format!("the answer is longer than {MAX_ANSWER} bytes"));
        }
    }
    test.expect.fits(&bytes)
}

impl Expect {
    fn fits(&self, answer: &[u8]) -> Result<(), String> {
        if self.equals.is_none() && self.contains.is_none() {
            return Ok(());
        }
        let answer: Value = serde_json::from_slice(answer).map_err(|error| format!("no JSON: {error}"))?;
        let place = &self.pointer;
        let found = answer.pointer(place).ok_or_else(|| format!("there is nothing at {place:?}"))?;
        if let Some(equals) = &self.equals
            && found != equals
        {
            return Err(format!("{place:?} is {found}, not {equals}"));
        }
        match &self.contains {
            Some(text) if !found.as_str().is_some_and(|found| found.contains(text)) => {
                Err(format!("{place:?} is {found}, without {text:?}"))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    async fn of(suite: &str) -> Section {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(suite.as_bytes()).unwrap();
        let config = Config { allow_private: true, ..Config::default() };
        look(file.path(), &config).await.unwrap()
    }

    /// Answers `{"said": what was asked}`, and 418 to who asks for tea.
    async fn agent() -> String {
        let answer = |axum::Json(asked): axum::Json<Value>| async move {
            let status = if asked["ask"] == "tea" { 418 } else { 200 };
            let status = axum::http::StatusCode::from_u16(status).unwrap();
            (status, axum::Json(serde_json::json!({ "said": asked["ask"] })))
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let router = axum::Router::new().route("/", axum::routing::post(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{at}/")
    }

    #[tokio::test]
    async fn the_share_of_tests_that_pass_is_the_score() {
        let endpoint = agent().await;
        let test = |name: &str, ask: &str, expect: &str| {
            format!(r#"{{"name":"{name}","request":{{"ask":"{ask}"}},"expect":{expect}}}"#)
        };
        let suite =
            |tests: &[String]| format!(r#"{{"endpoint":"{endpoint}","tests":[{}]}}"#, tests.join(","));
        let good = [
            test("same", "x", r#"{"pointer":"/said","equals":"x"}"#),
            test("part", "xyz", r#"{"pointer":"/said","contains":"y"}"#),
            test("teapot", "tea", r#"{"status":418}"#),
        ];
        assert_eq!(of(&suite(&good)).await.score, BEST);
        let bad = [
            test("same", "x", r#"{"pointer":"/said","equals":"y"}"#),
            test("part", "xyz", r#"{"pointer":"/said","contains":"q"}"#),
            test("nowhere", "x", r#"{"pointer":"/gone","equals":"y"}"#),
            test("status", "tea", "{}"),
        ];
        let section = of(&suite(&[good.as_slice(), &bad[..1]].concat())).await;
        assert_eq!((section.score, section.facts["passed"].as_str()), (7_500, "3"));
        let section = of(&suite(&bad)).await;
        assert_eq!(section.score, 0);
        for words in ["is \"x\", not \"y\"", "without \"q\"", "nothing at \"/gone\"", "status 418, not 200"] {
            assert!(section.findings[0].what.contains(words), "{words}: {section:?}");
        }
    }

    #[tokio::test]
    async fn what_is_no_suite_is_worth_nothing() {
        for suite in ["{}", "not json", r#"{"endpoint":"http://127.0.0.1:1/","tests":[]}"#] {
            assert_eq!(of(suite).await.score, 0, "{suite}");
        }
        let down = r#"{"endpoint":"http://127.0.0.1:1/","tests":[{"name":"a","request":1,"expect":{}}]}"#;
        assert_eq!(of(down).await.score, 0);
    }
}
