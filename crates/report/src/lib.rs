//! The report of a plan or of a run, as one HTML file, as Markdown or as JSON, in English or Japanese.
//!
//! It is made from stored events only: what it says of a rehearsal is the record of a run that took place. Nothing here asks
//! for the time or reads a file, so the same input gives the same bytes.

mod accuracy;
mod beside;
mod chain;
mod chart;
mod costs;
mod document;
mod facts;
mod graph;
mod history;
mod html;
mod json;
mod markdown;
mod moments;
mod morning;
mod no_return;
mod particulars;
mod pictures;
mod products;
mod rewrites;
mod sections;
mod summary;
mod tables;
mod windows;
mod words;

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::{AccountId, CallRecord, Digest, Plan, Recorded};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use json::json_schema;
pub use morning::{MorningForm, Renamed, morning};
pub use words::Language;

/// What a report is made from.
#[derive(Debug, Clone)]
pub struct ReportInput<'a> {
    /// The plan. Where there are events, the run's own plan (with its extensions) is what is shown.
    pub plan: &'a Plan,
    /// The run's events in order; empty for the report of a plan.
    pub events: &'a [Recorded],
    /// The AWS calls, summed up; absent where none were recorded.
    pub calls: Option<CallSummary>,
    /// The laws that were broken, in words; an empty list: they were checked and all held; absent: nobody checked them.
    pub laws: Option<&'a [String]>,
    /// The rehearsals that it rests on; absent: none is told of.
    pub rehearsed: Option<&'a RehearsedBefore>,
    /// The hash of the journal's last event, by which the report can be held against it; absent for a plan.
    pub journal_hash: Option<&'a str>,
    /// When the report is made.
    pub generated_at: Timestamp,
    /// How the sentences of plan, steps and engine are said in Japanese; none for what no table has. The tables lie with what says them.
    pub in_japanese: fn(&str) -> Option<String>,
    /// The same for what a gate asks; none for a runbook's own question.
    pub question_in_japanese: fn(&str) -> Option<String>,
}

/// Rehearsals of a plan, summed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RehearsedBefore {
    /// The plan that was rehearsed.
    pub plan_digest: Digest,
    /// The first seed and the last.
    pub seeds: [u64; 2],
    /// The faults that were brought: `none`, `usual`, `harsh` or `hostile`.
    pub faults: String,
    /// How many nights were rehearsed.
    pub runs: u64,
    /// How many reached their end.
    pub completed: u64,
    /// How many were taken back.
    pub unwound: u64,
    /// How many stopped for a person.
    pub needs_operator: u64,
    /// How many were not as they must be.
    pub bad: u64,
    /// How many laws were broken in all.
    pub laws_broken: u64,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One self-contained HTML file: no scripts, nothing loaded from elsewhere.
    Html,
    /// Markdown with tables, for a wiki or a pull request.
    Markdown,
    /// JSON, for programs. Its words do not depend on the language.
    Json,
}

/// AWS calls, summed up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallSummary {
    /// One entry per service, operation and account.
    pub counts: Vec<CallCount>,
}

/// Like calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallCount {
    /// The service, such as `rds`.
    pub service: String,
    /// The operation, such as `CopyDBSnapshot`.
    pub operation: String,
    /// Whose credentials signed; absent for the operator's own.
    pub account: Option<AccountId>,
    /// How many there were.
    pub count: u64,
    /// How many of them failed.
    pub failed: u64,
    /// How long they took together, in milliseconds.
    pub millis: u64,
}

impl CallSummary {
    /// Sums calls up.
    pub fn of<'a>(calls: impl IntoIterator<Item = &'a CallRecord>) -> Self {
        type Operation<'a> = (&'a str, &'a str, Option<&'a AccountId>);
        let mut sums: BTreeMap<Operation<'_>, (u64, u64, u64)> = BTreeMap::new();
        for call in calls {
            let sum = sums
                .entry((&call.service, &call.operation, call.account.as_ref()))
                .or_default();
            sum.0 += 1;
            sum.1 += u64::from(call.outcome != "ok");
            sum.2 += call.millis;
        }
        let counts = sums
            .into_iter()
            .map(|((service, operation, account), (count, failed, millis))| CallCount {
                service: service.to_owned(),
                operation: operation.to_owned(),
                account: account.cloned(),
                count,
                failed,
                millis,
            });
        Self {
            counts: counts.collect(),
        }
    }
}

/// Renders the report of a plan (no events) or of a run.
pub fn render(input: &ReportInput<'_>, format: Format, language: Language) -> String {
    let facts = |said_in| facts::Facts::of(input, said_in);
    match format {
        Format::Html => html::page(&sections::document(&facts(language), language)),
        Format::Markdown => markdown::page(&sections::document(&facts(language), language)),
        // For programs: in English whatever the language.
        Format::Json => json::page(&facts(Language::En)),
    }
}

#[cfg(test)]
#[path = "example_tests.rs"]
mod example;

#[cfg(test)]
#[path = "pages_tests.rs"]
mod pages;

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
