//! What steps act through: the accounts, questions to name servers, and commands of the team's own.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use aws::{Account, Accounts};
use engine::{Registry, Step};
use model::listing::ListingPart;
use model::{Failure, Side, StepId};
use serde::de::DeserializeOwned;
use std::sync::Arc;

use crate::hook::spec::Rehearsed;

/// Sends one DNS message to a server (name or address) and gives the answer's message.
pub type AskDns = Rc<dyn Fn(String, Vec<u8>) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, Failure>>>>>;

/// Runs a command of the team's own to its end, and gives what came of it; a failure where it could not be started.
pub type RunHook = Rc<dyn Fn(HookCall) -> Pin<Box<dyn Future<Output = Result<HookAnswer, Failure>>>>>;

/// A command to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookCall {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// What it reads.
    pub stdin: String,
    /// What is added to its environment.
    pub env: BTreeMap<String, String>,
    /// After how long it is stopped.
    pub timeout: Duration,
    /// What a rehearsal takes for its outcome.
    pub rehearse: Rehearsed,
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookAnswer {
    /// Its exit code; absent: it was stopped, or died.
    pub exit: Option<i32>,
    /// The end of what it wrote, to both of its outputs.
    pub output: String,
}

/// Keeps how far listings are, wherever the run keeps its facts.
pub struct ListingKeeper {
    /// After so many pages it is kept again.
    pub every: u32,
    /// What was kept of a step's listing of a bucket.
    pub load: Box<LoadListing>,
    /// Keeps parts, all of them or none.
    pub put: Box<PutListing>,
    /// Forgets what was kept of a step's listing of a bucket.
    pub forget: Box<ForgetListing>,
}

/// Gives the parts of a step's listing of a bucket.
pub type LoadListing = dyn Fn(&StepId, &str) -> Result<Vec<ListingPart>, Failure>;
/// Keeps parts of a listing.
pub type PutListing = dyn Fn(&[ListingPart]) -> Result<(), Failure>;
/// Forgets the parts of a step's listing of a bucket.
pub type ForgetListing = dyn Fn(&StepId, &str) -> Result<(), Failure>;

/// What steps act through.
pub struct World {
    /// The accounts.
    pub accounts: Accounts,
    /// Asks a name server.
    pub dns: AskDns,
    /// Runs commands.
    pub hooks: RunHook,
    /// The steps that this process has taken back and of which nothing in the accounts tells that.
    pub taken_back: RefCell<BTreeSet<StepId>>,
    /// Where the listings of buckets lie while a step needs them. It is made when it is needed.
    pub listings: PathBuf,
    /// How far those are.
    pub kept: ListingKeeper,
}

impl World {
    /// The account of a side.
    pub fn account(&self, side: Side) -> Arc<Account> {
        self.accounts.side(side)
    }

    /// The account that things come from.
    pub fn source(&self) -> Arc<Account> {
        self.accounts.side(Side::Source)
    }

    /// The account that things go to.
    pub fn target(&self) -> Arc<Account> {
        self.accounts.side(Side::Target)
    }
}

/// Adds an action whose step is made from its input and the world.
pub(crate) fn action<I, S>(
    registry: &mut Registry,
    world: &Rc<World>,
    name: &'static str,
    version: u32,
    make: fn(I, Rc<World>) -> S,
) where
    I: DeserializeOwned + 'static,
    S: Step + 'static,
{
    let world = Rc::clone(world);
    registry.add(
        name,
        version,
        Box::new(move |spec| Ok(Box::new(make(I::deserialize(&spec.input)?, Rc::clone(&world))) as Box<dyn Step>)),
    );
}
