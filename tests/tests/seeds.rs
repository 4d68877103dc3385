//! The example that everybody rehearses first, seed after seed, as `cleave rehearse --seeds 1..500 --faults harsh` does it.

use cleave::rehearsal::{Rehearsal, campaign};
use simcloud::faults::FaultLevel;
use whole_runs::night::Scenario;

#[test]
fn sixty_harsh_nights_of_shop_staging_end_and_break_no_law() {
    end_and_break_no_law(1, 60);
}

#[test]
#[ignore = "440 more nights: minutes"]
fn as_many_more_as_make_five_hundred_end_and_break_no_law() {
    end_and_break_no_law(61, 500);
}

fn end_and_break_no_law(from: u64, to: u64) {
    let Scenario { plan, inventory } = Scenario::of("shop-staging");
    let rehearsal = Rehearsal {
        plan,
        inventory,
        level: FaultLevel::Harsh,
        taken_back: None,
    };
    let campaign = campaign::carry_out(&rehearsal, (from, to), |_| {});
    let failed: Vec<String> = campaign
        .told()
        .map(|run| {
            format!(
                "seed {}: it ended with {:?}: {:?}",
                run.seed, run.end, run.law_violations
            )
        })
        .collect();
    assert_eq!(failed, Vec::<String>::new());
    let nights = to + 1 - from;
    assert_eq!(
        (campaign.runs, campaign.completed, campaign.laws_broken),
        (nights, nights, 0)
    );
}
