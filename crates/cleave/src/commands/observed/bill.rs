//! What the last full month cost in the source, where somebody asked for it: it is the one read that AWS charges for. Whatever Cost Explorer answers, the look goes on.

use aws::Account;
use aws::cost_explorer::{MOST, REQUEST, last_month};
use model::inventory::Bill;
use model::{Failure, FailureClass};

use crate::screen::looking::Looking;
use crate::screen::say;

/// What it cost, and how many requests that took; or why that cannot be told, in words.
pub(in crate::commands) type Told = Result<(Bill, usize), String>;

/// Says what it costs to ask, and asks.
pub(in crate::commands) async fn ask(account: &Account) -> Told {
    let month = last_month(account.now());
    let named = month.strftime("%Y-%m").to_string();
    say(&format!(
        "account {}: Cost Explorer is asked what {named} cost, by service and region. AWS takes {REQUEST} for each request: one as a rule, {MOST} at most",
        account.id
    ));
    let looking = Looking::at_account(&account.id);
    looking.seen(format!("what {named} cost"));
    let told = account.asked_plainly.bill_of(month).await;
    told.map_err(|failure| {
        format!(
            "what {named} cost cannot be told, and stays as the inventory had it: {}",
            why(&failure)
        )
    })
}

/// AWS has one code for who may not ask and for what nobody has switched on: its own words tell them apart.
fn why(failure: &Failure) -> String {
    let Failure { code, message, .. } = failure;
    match (failure.class, code.as_str()) {
        (FailureClass::Denied, _) => format!(
            "the role lacks ce:GetCostAndUsage (cleave roles --for discover --costs prints a role that has it), or Cost Explorer is not enabled here, or the organization's \
             management account keeps it from its members ({code}: {message})"
        ),
        (_, "DataUnavailableException" | "BillExpirationException") => format!(
            "Cost Explorer has nothing of it; it takes a day once somebody has opened it in the console for the first time ({code}: {message})"
        ),
        _ => format!("{}:{} fails ({code}: {message})", failure.service, failure.operation),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use simcloud::dispatch::lock;

    use super::super::elsewhere::tests::{account, deny};
    use super::*;
    use crate::rehearsal::in_paused_time;

    #[test]
    fn the_last_full_month_is_told_with_the_requests_that_it_took() {
        in_paused_time(async {
            let (_simulated, account) = account();
            let (bill, requests) = ask(&account).await.expect("a bill");
            assert_eq!(
                (bill.month.as_str(), bill.unit.as_str(), requests),
                ("2026-10", "USD", 1)
            );
            assert_eq!(
                json!(bill.services),
                json!({ "Amazon Redshift": { "us-east-1": 120_000_000 } })
            );
        });
    }

    #[test]
    fn whoever_may_not_ask_is_told_the_permission_and_awss_words() {
        in_paused_time(async {
            let (simulated, account) = account();
            deny(&simulated, "ce:GetCostAndUsage", &Value::Null);
            let why = ask(&account).await.expect_err("it is denied");
            assert!(
                why.contains("the role lacks ce:GetCostAndUsage") && why.contains("is not authorized"),
                "{why}"
            );
            deny(&simulated, "s3:GetObject", &Value::Null);
            lock(&simulated.cloud)
                .cost_explorer
                .not_enabled
                .insert(account.id.clone());
            let why = ask(&account).await.expect_err("nobody has enabled it");
            assert!(why.contains("User not enabled for cost explorer access"), "{why}");
            lock(&simulated.cloud).cost_explorer = simcloud::services::cost_explorer::Bills::default();
            let why = ask(&account).await.expect_err("there is nothing yet");
            assert!(
                why.contains("DataUnavailableException") && why.contains("takes a day"),
                "{why}"
            );
        });
    }
}
