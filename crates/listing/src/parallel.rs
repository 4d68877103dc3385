//! Lists a bucket with many requests in flight: a [`Division`] says for which keys, S3's answers say how many it bears.
//!
//! What comes is handed over part by part. Within a part the entries come in S3's order; the parts, one behind the other, are the
//! whole bucket. Nothing is kept here but the pages in flight: memory does not grow with the bucket.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use model::listing::ListedEntry;
use model::{Failure, FailureClass};

use crate::division::{Ask, Division};
use crate::page::{Marker, Order, Page, Sent, Source};

/// What a listing took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effort {
    /// Requests, those that were refused among them.
    pub requests: u64,
    /// Requests that S3 refused for their rate.
    pub slow_downs: u64,
    /// The most that were in flight at a time.
    pub most_in_flight: usize,
}

/// Is handed every page as it comes: the division as it stands after it, the number of the part, and the part's entries.
pub type Each<'a> = dyn FnMut(&Division, u32, Vec<ListedEntry>) -> Result<(), Failure> + 'a;

/// Waits so long after the first refusal of a page, twice as long after each further one.
const PAUSE: Duration = Duration::from_millis(100);
/// And at most so long.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A page that is refused so often in a row, over two minutes, is given up.
const TRIES: u32 = 20;

/// How many requests may be in flight: half as many after a refusal, one more after each round without.
#[derive(Debug)]
struct Pace {
    now: f64,
    most: f64,
    /// Requests that were on their way when it was last narrowed say nothing new by being refused as well.
    heed_from: u64,
}

impl Pace {
    fn allows(&self) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and what was asked for"
        )]
        let allowed = self.now as usize;
        allowed
    }

    fn answered(&mut self) {
        self.now = (self.now + 1.0 / self.now).min(self.most);
    }

    fn refused(&mut self, number: u64, asked: u64) {
        if number >= self.heed_from {
            self.now = (self.now / 2.0).max(1.0);
            self.heed_from = asked;
        }
    }
}

/// One request under way.
struct Request {
    ask: Ask,
    tries: u32,
    number: u64,
}

/// Lists what is left of a division, with up to `most` requests in flight. What has been handed over is listed, also
/// when this fails.
pub async fn list(
    source: &Source<'_>,
    division: &mut Division,
    most: usize,
    each: &mut Each<'_>,
) -> Result<Effort, Failure> {
    let mut pace = Pace {
        now: most.max(1) as f64,
        most: most.max(1) as f64,
        heed_from: 0,
    };
    let mut effort = Effort::default();
    let mut orders: BTreeMap<u32, Order> = BTreeMap::new();
    let mut flying = FuturesUnordered::new();
    let fly = |request: Request| async move {
        if request.tries > 0 {
            let longer = PAUSE.saturating_mul(2_u32.saturating_pow(request.tries - 1));
            #[expect(
                clippy::disallowed_methods,
                reason = "a read is sent again, as the SDK does it, on the clock that it was given"
            )]
            tokio::time::sleep(longer.min(LONGEST_PAUSE)).await;
        }
        let answer = source.page(request.ask.marker.as_ref(), Sent::Once).await;
        (request, answer)
    };
    loop {
        let free = pace.allows().saturating_sub(flying.len());
        for ask in division.asks(free) {
            effort.requests += 1;
            let number = effort.requests;
            flying.push(fly(Request { ask, tries: 0, number }));
        }
        effort.most_in_flight = effort.most_in_flight.max(flying.len());
        let Some((request, answer)) = flying.next().await else {
            return Ok(effort);
        };
        match answer {
            Ok(page) => {
                pace.answered();
                take(source, division, &mut orders, &request.ask, page, each)?;
            }
            Err(failure) if may_pass(failure.class) && request.tries + 1 < TRIES => {
                if failure.class == FailureClass::Throttled {
                    effort.slow_downs += 1;
                }
                pace.refused(request.number, effort.requests);
                effort.requests += 1;
                let tries = request.tries + 1;
                let number = effort.requests;
                flying.push(fly(Request {
                    tries,
                    number,
                    ..request
                }));
            }
            Err(failure) => return Err(failure),
        }
    }
}

fn may_pass(class: FailureClass) -> bool {
    matches!(
        class,
        FailureClass::Throttled | FailureClass::Unavailable | FailureClass::NoAnswer
    )
}

fn take(
    source: &Source<'_>,
    division: &mut Division,
    orders: &mut BTreeMap<u32, Order>,
    ask: &Ask,
    mut page: Page,
    each: &mut Each<'_>,
) -> Result<(), Failure> {
    let order = orders
        .entry(ask.part)
        .or_insert_with(|| ask.marker.as_ref().map_or_else(Order::default, behind));
    order.check(&page.entries).map_err(|why| source.senseless(why))?;
    let part = division
        .heard(ask.part, &mut page)
        .ok_or_else(|| source.senseless(format!("a page came for part {}, which there is not", ask.part)))?;
    if part.done {
        orders.remove(&ask.part);
    }
    each(division, ask.part, page.entries)
}

fn behind(marker: &Marker) -> Order {
    Order::behind(&marker.key)
}
