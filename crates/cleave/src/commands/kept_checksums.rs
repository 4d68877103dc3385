//! What S3 says of two contents of which no ETag tells: the checksums that it keeps of both. Nothing is read and nothing computed.

use std::time::Duration;

use aws::Account;
use aws::s3::VersionName;
use model::listing::ListedEntry;
use model::{Failure, FailureClass};

use crate::error::CliError;
use crate::words::{Failed, ToDo};
use crate::world::World;

/// Two versions about which S3 is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The place in the key's history, the oldest 0.
    pub at: usize,
    original: VersionName,
    copy: VersionName,
}

impl Question {
    /// About two entries of one place in their histories.
    pub fn of(at: usize, original: &ListedEntry, copy: &ListedEntry) -> Self {
        let name = |entry: &ListedEntry| VersionName {
            key: entry.key.clone(),
            version_id: entry.version_id.clone(),
        };
        Self {
            at,
            original: name(original),
            copy: name(copy),
        }
    }

    /// The key of both.
    pub fn key(&self) -> &str {
        &self.original.key
    }
}

/// What was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Checksums of the same kind agree.
    Equal,
    /// They do not.
    Other,
    /// One of the two is there no more.
    Gone,
    /// S3 keeps none of the same kind of both.
    Nothing,
}

/// The two buckets, and the world they lie in.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// The original's account and bucket.
    pub original: (&'a Account, &'a str),
    /// The copy's.
    pub copy: (&'a Account, &'a str),
    /// Whose clock is waited by.
    pub world: &'a World,
}

/// Waits so long after a question was refused first, twice as long after each further time,
const PAUSE: Duration = Duration::from_millis(200);
/// and at most so long.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// A question that is refused so often in a row, for more than a minute, is given up. The SDK's own tries end after seconds, and with
/// them a million answers would be lost.
const TRIES: u32 = 12;

impl Asking<'_> {
    /// Asks about two versions.
    pub async fn ask(self, question: Question) -> Result<(Question, Answer), CliError> {
        let mut tries = 0;
        loop {
            let failure = match self.compared(&question).await {
                Ok(answer) => return Ok((question, answer)),
                Err(failure) => failure,
            };
            tries += 1;
            match failure.class {
                FailureClass::NotFound => return Ok((question, Answer::Gone)),
                FailureClass::Throttled | FailureClass::Unavailable | FailureClass::NoAnswer if tries < TRIES => {
                    let pause = PAUSE.saturating_mul(1 << (tries - 1)).min(LONGEST_PAUSE);
                    let clock = &self.world.clock;
                    clock.sleep_until(clock.after(pause)).await;
                }
                _ => return Err(self.refused(&question, &failure)),
            }
        }
    }

    async fn compared(&self, question: &Question) -> Result<Answer, Failure> {
        let ((from, original), (to, copy)) = (self.original, self.copy);
        let ours = from.s3.kept(original, &question.original).await?;
        // Old objects have none: then the copy need not be asked about.
        if ours.checksums.is_empty() {
            return Ok(Answer::Nothing);
        }
        let theirs = to.s3.kept(copy, &question.copy).await?;
        Ok(match ours.same_content(&theirs) {
            Some(true) => Answer::Equal,
            Some(false) => Answer::Other,
            None => Answer::Nothing,
        })
    }

    fn refused(&self, question: &Question, failure: &Failure) -> CliError {
        let advice = match failure.class {
            FailureClass::Denied => ToDo::LetCompare,
            FailureClass::CredentialsExpired => ToDo::LogInThenAgain,
            _ => ToDo::CompareOn,
        };
        let error = CliError::preflight(Failed::NoChecksums, failure, advice).at(format!(
            "{:?}, version {} in bucket {} and version {} in bucket {}",
            question.key(),
            question.original.version_id,
            self.original.1,
            question.copy.version_id,
            self.copy.1
        ));
        match failure.class {
            FailureClass::CredentialsExpired => error.type_this(&self.world.login_command),
            _ => error,
        }
    }
}
