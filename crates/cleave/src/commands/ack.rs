//! `cleave ack`: a product's team agrees to the plan of a run. What belongs to the product is shown before it is agreed to; the agreement names the
//! plan by its digest, and goes through the inbox like an approval.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use journal::InboxItem;
use model::products::Agreement;
use model::{RunId, State};

use crate::args::AckArgs;
use crate::commands::rehearse::write_out;
use crate::commands::stored::stored_run;
use crate::commands::wishes::{put, state_of, told};
use crate::error::CliError;
use crate::exit;
use crate::screen::{agreeing, lines};
use crate::words::{Advised, Failed, ToDo, Words};
use crate::world;

/// Shows what it is about, and agrees.
pub fn ack(args: AckArgs) -> Result<u8, CliError> {
    let (path, state) = run_of(&args)?;
    let refused =
        |code, what: String, advice: Advised| CliError::before(code, what, advice).at(path.display().to_string());
    let product = args.product.as_str();
    let products = state.plan.by_product();
    if !products.contains_key(product) {
        let known: Vec<&str> = products.into_keys().collect();
        let advice = match known.as_slice() {
            [] => ToDo::NameProducts.into(),
            known => ToDo::ProductsAre.fill(&[&known.join(", ")]),
        };
        return Err(refused(exit::USAGE, Failed::NothingOfProduct.fill(&[product]), advice));
    }
    if let Some(read) = &args.plan
        && (read.len() < SHORTEST || !state.digest.as_str().starts_with(read.as_str()))
    {
        let what = Failed::OtherPlanRead.fill(&[read, state.digest.short()]);
        return Err(refused(exit::DRIFT, what, ToDo::ReadThisPlan.into()));
    }
    if let Some(Agreement { by, at, .. }) = state.agreement(product) {
        let at = lines::minute(*at);
        write_out(&format!(
            "{product} has agreed already to plan {}: {by}, {at}\n",
            state.digest.short()
        ))?;
        return Ok(exit::DONE);
    }
    if state.ended.is_some() {
        return Err(refused(
            exit::BLOCKED,
            Failed::RunOver.into(),
            ToDo::NothingToAgree.into(),
        ));
    }
    let earlier = match &args.before {
        Some(before) => Some(said_before(before, product)?),
        None => None,
    };
    let holds = earlier.as_ref().filter(|(_, said)| said.digest == state.digest);
    let mut shown = agreeing::text(&state, product);
    if let (Some((then, said)), None) = (&earlier, holds) {
        shown.push_str(&agreeing::void(&state, product, then, said));
    }
    if args.show {
        write_out(&shown)?;
        return Ok(exit::DONE);
    }
    let (by, words) = match holds {
        // As it was said: whoever carries it over says nothing new.
        Some((_, said)) => (said.by.clone(), said.words.clone()),
        None => (who(&args), args.words.clone()),
    };
    if holds.is_none() && !args.yes && !typed(&shown, product) {
        let advice = ToDo::TypeTheProduct.fill(&[&format!("{product:?}")]);
        return Err(refused(exit::BLOCKED, Failed::NotAgreed.fill(&[product]), advice));
    }
    let item = InboxItem::Acknowledge {
        product: product.to_owned(),
        by: by.clone(),
        words,
        digest: state.digest.clone(),
    };
    put(&path, &item)?;
    let again = if holds.is_some() { ", as before" } else { "" };
    told(
        &path,
        &format!("{product} agrees to plan {}, by {by}{again}", state.digest.short()),
    )
}

/// Fewer digits of a digest are no digest.
const SHORTEST: usize = 8;

/// The journal that is meant, and its run.
fn run_of(args: &AckArgs) -> Result<(PathBuf, State), CliError> {
    let Some(of) = &args.of else {
        return Ok((args.journal.clone(), state_of(&args.journal)?));
    };
    let path = Path::new(of);
    if path.exists() {
        return Ok((path.to_owned(), state_of(path)?));
    }
    match RunId::new(of.as_str()) {
        Ok(run) => Ok((args.journal.clone(), stored_run(&args.journal, Some(&run))?)),
        Err(_) => Err(CliError::before(
            exit::USAGE,
            Failed::NeitherJournalNorRun.fill(&[of]),
            ToDo::NameJournalOrRun,
        )),
    }
}

/// What a product said to the plan of an earlier run.
fn said_before(path: &Path, product: &str) -> Result<(State, Agreement), CliError> {
    let state = state_of(path)?;
    let Some(said) = state.agreement(product).cloned() else {
        return Err(
            CliError::before(exit::USAGE, Failed::NeverAgreed.fill(&[product]), ToDo::WhereItAgreed)
                .at(path.display().to_string()),
        );
    };
    Ok((state, said))
}

/// Who agrees; that somebody else typed it is said, too.
fn who(args: &AckArgs) -> String {
    let user = world::user();
    match args
        .by
        .as_deref()
        .map(str::trim)
        .filter(|by| !by.is_empty() && *by != user)
    {
        Some(by) => format!("{by} (typed by {user})"),
        None => user,
    }
}

/// Shows it, and has the product's name typed. Without a terminal nobody can.
fn typed(shown: &str, product: &str) -> bool {
    if !std::io::stdin().is_terminal() {
        return false;
    }
    let mut out = std::io::stderr().lock();
    let _ = write!(
        out,
        "{shown}\n{}",
        Words::TypeToAgreeTo.fill(&[&format!("{product:?}")])
    );
    let _ = out.flush();
    let mut line = String::new();
    let _ = std::io::stdin().read_line(&mut line);
    line.trim() == product
}
