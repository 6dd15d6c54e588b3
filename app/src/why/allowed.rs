//! Why an account may use an asset, or may not.

use proto::{address::Address, lazchain::dat::v1 as pb};

use super::{Finding, word};
use crate::{
    error::Result,
    given::refused,
    modules::dat::{Ask, rule},
    stored::{address, time},
};

/// What was asked.
#[derive(Clone, Copy, Debug)]
pub struct AllowedAsk {
    /// The asset.
    pub asset: u64,
    /// Who wants to use it.
    pub account: Address,
    /// What for.
    pub purpose: pb::Purpose,
    /// Under which licence; nothing: the newest, or one under which the account holds a grant.
    pub policy_version: Option<u64>,
}

/// Whether an account may use an asset for a purpose.
///
/// # Errors
/// If a part of the answer is missing or cannot be read.
pub fn allowed(ask: &AllowedAsk, answer: &pb::QueryAllowedResponse) -> Result<Finding> {
    let AllowedAsk { asset: id, account, purpose, policy_version } = *ask;
    let facts = answer.facts.as_ref().ok_or_else(|| refused("the answer has no facts"))?;
    let asset = facts.asset.clone().unwrap_or_default();
    let what = word(purpose.as_str_name());
    let mut finding = Finding::new(format!("whether {account} may use asset-{id} to {what}"));
    finding.fact("at", time(facts.now.as_ref()));
    finding.fact("asset", format!("{}, frozen: {}", word(asset.status().as_str_name()), facts.frozen));
    finding.fact("owner", &asset.owner);
    finding.fact("newest licence", asset.policies);
    if let Some(policy) = &facts.policy {
        let terms = policy.terms.clone().unwrap_or_default();
        finding.fact("licence applied", policy.number);
        finding.fact("its purposes", super::list(terms.purposes().map(|one| word(one.as_str_name()))));
        finding.fact("whom it admits", word(terms.grantees().as_str_name()));
        finding.fact("in force", crate::modules::dat::in_force(policy, time(facts.now.as_ref())));
    }
    finding.fact("counts as its iDAO's", facts.belongs);
    finding.fact("the account is a member", facts.member);
    finding.fact("access of the account revoked", facts.account_revoked_at.is_some());
    let row = |one: &pb::Holding| {
        let end = one.expires_at.as_ref().map_or("never".into(), |end| time(Some(end)).to_string());
        let revoked = one.revoked_at.is_some() || one.licence_revoked_at.is_some();
        vec![format!("dat-{id}/{}", one.serial), one.policy_version.to_string(), end, revoked.to_string()]
    };
    let rows = facts.holdings.iter().map(row).collect();
    finding.table("tokens", &["token", "licence", "expires", "revoked"], rows);
    finding.check("the facts are about the asset", format!("asset-{id}"), format!("asset-{}", asset.id));
    let ordered = facts.holdings.is_sorted_by(|one, next| one.serial > next.serial);
    finding.check("tokens are in order, the newest first", true, ordered);
    address(&asset.owner)?;
    let by_rule = rule(facts, &Ask { asset: id, account: &account, purpose, policy_version })?;
    let text = |ok: bool| if ok { "allowed" } else { "not allowed" };
    finding.check("answer", text(by_rule.ok), text(answer.allowed));
    finding.check("reason", by_rule.why, &answer.why);
    let licence = |version: u64, serial: u64| format!("licence {version}, token {serial}");
    let (ours, theirs) =
        (licence(by_rule.policy_version, by_rule.serial), licence(answer.policy_version, answer.serial));
    finding.check("licence and token that it rests on", ours, theirs);
    Ok(finding)
}
