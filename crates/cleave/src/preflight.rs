//! Before a run starts or goes on: the credentials are accepted, every role can be taken on, and it leads into the account that the
//! runbook names. Read-only.

use aws::Accounts;
use jiff::Timestamp;
use model::plan::AccountAccess;
use model::{Failure, FailureClass, Plan, RunId, Side};

use crate::error::CliError;
use crate::exit;
use crate::words::{Failed, ToDo};
use crate::world::World;

/// Checks, and gives warnings for the operator.
pub async fn check(world: &World, plan: &Plan, run: &RunId) -> Result<Vec<String>, CliError> {
    let accounts = Accounts::enter(&world.connection, &plan.accounts, &plan.region, run);
    accounts
        .operator()
        .await
        .map_err(|failure| operator_refused(&failure, &world.login_command))?;
    for account in accounts.all() {
        let access = &plan.accounts[&account.side];
        let who = account
            .identity()
            .await
            .map_err(|failure| role_refused(account.side, access, &failure))?;
        if who.account != access.account {
            return Err(CliError::before(
                exit::BLOCKED,
                Failed::OtherAccount.fill(&[&account.side.to_string(), who.account.as_str(), access.account.as_str()]),
                ToDo::CorrectAccount,
            )
            .at(who.arn));
        }
    }
    Ok(lifetime_warning(world, plan).await.into_iter().collect())
}

/// A login that ends before the window does will pause the run: better known before.
async fn lifetime_warning(world: &World, plan: &Plan) -> Option<String> {
    use aws_credential_types::provider::ProvideCredentials as _;
    let credentials = world.connection.operator.provide_credentials().await.ok()?;
    let expires = Timestamp::try_from(credentials.expiry()?).ok()?;
    let now = world.clock.now();
    let needed = plan.calendar().current_or_next(now).map(|opening| opening.until);
    let planned = i64::try_from(plan.critical_path_seconds()).unwrap_or(i64::MAX);
    let needed = needed.unwrap_or(
        now.saturating_add(jiff::SignedDuration::from_secs(planned))
            .unwrap_or(Timestamp::MAX),
    );
    (expires < needed).then(|| {
        format!(
            "your login expires at {expires}, before the window ends ({needed}): the run will pause then and ask for `{}`",
            world.login_command
        )
    })
}

fn operator_refused(failure: &Failure, login: &str) -> CliError {
    let (what, advice) = if failure.code == "[NoCredentials]" {
        (Failed::NoCredentials, ToDo::LogIn)
    } else {
        (Failed::OwnNotAccepted, ToDo::LogInAgain)
    };
    CliError::preflight(what, failure, advice)
        .at("the operator's own credentials, before any role")
        .type_this(login)
}

fn role_refused(side: Side, access: &AccountAccess, failure: &Failure) -> CliError {
    let role = access.role.as_deref().unwrap_or("(your own credentials)");
    let advice = match failure.class {
        FailureClass::Denied | FailureClass::NotFound => ToDo::AdmitRole,
        FailureClass::CredentialsExpired => ToDo::LogInAgain,
        _ => ToDo::WhenAwsAnswers,
    };
    CliError::preflight(Failed::NotEntered.fill(&[&side.to_string()]), failure, advice)
        .at(format!("account {}, role {role}", access.account))
}
