use std::collections::BTreeSet;

use model::cost::{GB, GB_MONTH, TB};

use super::*;

fn region(name: &str) -> Region {
    Region::new(name).expect("a region")
}

/// A file of one price, from line 2 on.
fn row(item: &str, region: &str, usd: &str, per: &str) -> String {
    format!(
        "[[price]]\nitem = \"{item}\"\nregion = \"{region}\"\nusd = {usd}\nper = \"{per}\"\nsource = \"our price list\"\n"
    )
}

fn file(rows: &[String]) -> String {
    format!("priced_on = \"2027-01-01\"\n{}", rows.concat())
}

fn one(item: &str, region: &str, usd: &str, per: &str) -> String {
    file(&[row(item, region, usd, per)])
}

fn unit(prices: &Prices, item: Item, at: &str) -> Option<(u64, u64, String)> {
    let price = prices.unit(&item, &region(at))?;
    Some((price.micro_usd.0, price.per, price.region.to_string()))
}

#[test]
fn the_table_has_no_price_twice_and_each_has_a_source_and_no_date_to_come() {
    let table = read::table(include_str!("table.toml")).expect("it is a table of prices");
    for row in &table.rows {
        let same = |other: &&Row| other.item == row.item && other.region == row.region;
        assert_eq!(table.rows.iter().filter(same).count(), 1, "{row:?}");
        assert!(row.source.starts_with("https://"), "{row:?}");
        assert!(
            row.dated.as_ref().is_none_or(|dated| *dated <= table.priced_on),
            "{row:?}"
        );
        let regions = [None, Some(LENDER), Some("ap-northeast-1")];
        assert!(regions.contains(&row.region.as_ref().map(Region::as_str)), "{row:?}");
    }
    let sources: BTreeSet<&str> = table.rows.iter().map(|row| row.source.as_str()).collect();
    assert!(table.rows.len() > 50 && sources.len() > 8, "{sources:?}");
}

#[test]
fn a_region_has_its_own_prices_and_borrows_the_others_openly() {
    let prices = Prices::default();
    let put = || Item::Put(Class::Standard);
    for (item, at, told) in [
        (put(), "ap-northeast-1", (4_700, 1_000, "ap-northeast-1")),
        (put(), "sa-east-1", (5_000, 1_000, "us-east-1")),
        (Item::Job, "ap-northeast-1", (250_000, 1, "us-east-1")),
        (Item::Athena, "us-east-1", (5_000_000, TB, "us-east-1")),
        (
            Item::Stored(Class::DeepArchive),
            "us-east-1",
            (990, GB_MONTH, "us-east-1"),
        ),
        (
            Item::Restored(Class::DeepArchive, Speed::Bulk),
            "us-east-1",
            (2_500, GB, "us-east-1"),
        ),
        (Item::KeyRequest, "ap-northeast-1", (30_000, 10_000, "ap-northeast-1")),
        (Item::InventoryObject, "us-east-1", (2_500, 1_000_000, "us-east-1")),
        (
            Item::DatabaseSnapshot,
            "ap-northeast-1",
            (95_000, GB_MONTH, "us-east-1"),
        ),
    ] {
        let (micro, per, of) = told;
        assert_eq!(
            unit(&prices, item.clone(), at),
            Some((micro, per, of.to_owned())),
            "{item:?}"
        );
    }
    assert_eq!(prices.own_priced_on(), None);
}

#[test]
fn what_no_source_told_has_no_price() {
    assert_eq!(unit(&Prices::default(), Item::JobManifest, "us-east-1"), None);
    assert_eq!(unit(&Prices::default(), Item::Snapshot, "us-east-1"), None);
    assert_eq!(Class::of("EXPRESS_ONEZONE"), None);
}

#[test]
fn ones_own_stand_before_the_table_and_what_holds_in_the_region_before_what_another_lends() {
    let own = file(&[
        row("put:STANDARD", "us-east-1", "0.004", "thousand"),
        row("get:STANDARD", "global", "0.0003", "thousand"),
        row("job", "us-east-1", "0.2", "each"),
        row("job-manifest", "ap-northeast-1", "0.015", "million"),
        row("stored:STANDARD", "ap-northeast-1", "0.02", "gib-month"),
        row("zone", "eu-west-1", "0.4", "month"),
    ]);
    let prices = Prices::parse(&own).expect("prices");
    assert_eq!(prices.own_priced_on(), Some("2027-01-01"));
    assert_eq!(prices.priced_on(), Prices::default().priced_on());
    for (item, at, told) in [
        // Tokyo's own price is nearer than what the file says of Virginia; elsewhere the file's Virginia lends.
        (
            Item::Put(Class::Standard),
            "ap-northeast-1",
            Some((4_700, 1_000, "ap-northeast-1")),
        ),
        (
            Item::Put(Class::Standard),
            "us-east-1",
            Some((4_000, 1_000, "us-east-1")),
        ),
        (
            Item::Put(Class::Standard),
            "sa-east-1",
            Some((4_000, 1_000, "us-east-1")),
        ),
        // What holds everywhere is nobody's to lend.
        (
            Item::Get(Class::Standard),
            "ap-northeast-1",
            Some((300, 1_000, "ap-northeast-1")),
        ),
        (Item::Job, "ap-northeast-1", Some((200_000, 1, "us-east-1"))),
        (
            Item::JobManifest,
            "ap-northeast-1",
            Some((15_000, 1_000_000, "ap-northeast-1")),
        ),
        (Item::JobManifest, "us-east-1", None),
        (
            Item::Stored(Class::Standard),
            "ap-northeast-1",
            Some((20_000, GB_MONTH, "ap-northeast-1")),
        ),
        (
            Item::Stored(Class::Standard),
            "us-east-1",
            Some((23_000, GB_MONTH, "us-east-1")),
        ),
        // The table has it still.
        (Item::Checksum, "us-east-1", Some((4_000, GB, "us-east-1"))),
    ] {
        let told = told.map(|(micro, per, of)| (micro, per, of.to_owned()));
        assert_eq!(unit(&prices, item.clone(), at), told, "{item:?} in {at}");
    }
    let zone = |at: &str| {
        let price = prices.of_month(&Item::Zone, &region(at)).expect("it has one");
        (price.sum(1, None), price.source().to_owned())
    };
    assert_eq!(
        zone("eu-west-1"),
        (Some(MicroUsd(400_000)), "our price list".to_owned())
    );
    assert_eq!(zone("us-east-1").0, Some(MicroUsd(500_000)));
}

#[test]
fn every_item_is_read_in_each_unit_that_fits_and_in_no_other() {
    let counted = ["each", "thousand", "ten-thousand", "million"].as_slice();
    let (read, lying, standing) = (
        ["gib", "tb"].as_slice(),
        ["gib-month"].as_slice(),
        ["hour", "month"].as_slice(),
    );
    let items = [
        ("put:STANDARD", counted),
        ("put:REDUCED_REDUNDANCY", counted),
        ("get:GLACIER_IR", counted),
        ("retrieved:ONEZONE_IA", read),
        ("stored:INTELLIGENT_TIERING", lying),
        ("restore:GLACIER:bulk", counted),
        ("restored:DEEP_ARCHIVE:standard", read),
        ("job", counted),
        ("job-object", counted),
        ("job-manifest", counted),
        ("checksum", read),
        ("inventory-object", counted),
        ("athena", read),
        ("key-request", counted),
        ("internet-out", read),
        ("delete", counted),
        ("zone", standing),
        ("key", standing),
        ("database:db.r6g.large:postgres", standing),
        ("database-storage:io1", lying),
        ("database-snapshot", lying),
        ("volume:gp3", lying),
        ("snapshot", lying),
        ("instance:t3.large", standing),
        ("cache:cache.t4g.small", standing),
    ];
    for (item, fitting) in items {
        for per in [counted, read, lying, standing].concat() {
            let parsed = Prices::parse(&one(item, "ap-northeast-1", "1", per));
            match fitting.contains(&per) {
                true => assert!(parsed.is_ok(), "{item} per {per}: {parsed:?}"),
                false => {
                    let error = parsed.expect_err("it does not fit");
                    assert_eq!((error.line, error.column), (6, 7), "{error}");
                    let right = format!("{item} is not priced per {per}: per is {}", fitting.join(", "));
                    assert_eq!(error.reason, right);
                }
            }
        }
    }
}

#[test]
fn what_one_of_many_costs_is_kept_to_the_millionth_part() {
    // As AWS's price lists have requests: by the one.
    for (usd, per, told) in [
        ("0.0000004", "each", (400, 1_000)),
        ("0.0000047", "each", (4_700, 1_000)),
        ("0.00000037", "each", (370, 1_000)),
        ("0.0000003441", "each", (3_441, 10_000)),
        ("0.00000034412", "each", (344_120, 1_000_000)),
        ("0.0003441", "thousand", (3_441, 10_000)),
        ("0.005", "thousand", (5_000, 1_000)),
        ("0.25", "each", (250_000, 1)),
        ("1", "million", (1_000_000, 1_000_000)),
        ("0", "each", (0, 1)),
    ] {
        let prices = Prices::parse(&one("put:STANDARD", "us-east-1", usd, per)).expect("prices");
        let (micro, of, _) = unit(&prices, Item::Put(Class::Standard), "us-east-1").expect("it has one");
        assert_eq!((micro, of), told, "{usd} per {per}");
    }
}

#[test]
fn what_cannot_be_used_is_refused_at_its_place_with_what_would_be_right() {
    let zone = |usd: &str| one("zone", "global", usd, "month");
    let twice = file(&[
        row("zone", "global", "0.5", "month"),
        row("job", "global", "0.5", "each"),
        row("zone", "global", "0.6", "month"),
    ]);
    let cases = [
        ("priced_on = 1\nprice = []\n".to_owned(), (1, 13), "string"),
        ("price = []\n".to_owned(), (1, 1), "priced_on"),
        ("priced_on = \"x\"\nprice = []\n".to_owned(), (1, 13), "2026-12-01"),
        ("priced_on = \"2027-02-30\"\nprice = []\n".to_owned(), (1, 13), "no day"),
        ("priced_on = \"2027-01-01\"\n".to_owned(), (1, 1), "price"),
        (zone("-1.0"), (5, 7), "zone: -1 is no price"),
        (zone("nan"), (5, 7), "no price"),
        (zone("inf"), (5, 7), "no price"),
        (zone("2e6"), (5, 7), "less than a million"),
        (zone("\"0.50\""), (5, 7), "string"),
        (zone("0.0000001"), (5, 7), "least that is counted"),
        (
            one("put:STANDARD", "us-east-1", "1e-14", "each"),
            (5, 7),
            "least that is counted",
        ),
        (one("zone", "global", "1", "year"), (6, 7), "gib-month"),
        (
            one("zone", "Tokyo", "1", "month"),
            (4, 10),
            "\"global\" where it has the same price everywhere",
        ),
        (one("zone", "", "1", "month"), (4, 10), "ap-northeast-1"),
        (one("gold", "global", "1", "month"), (3, 8), "put:CLASS, get:CLASS"),
        (one("", "global", "1", "month"), (3, 8), "put:CLASS"),
        (one("bucket", "global", "1", "gib-month"), (3, 8), "stored:STANDARD"),
        (one("cluster", "global", "1", "month"), (3, 8), "database:CLASS:ENGINE"),
        (one("volume", "global", "1", "gib-month"), (3, 8), "volume:TYPE"),
        (
            one("volume:", "global", "1", "gib-month"),
            (3, 8),
            "the name of nothing",
        ),
        (
            one("instance:t3 large", "global", "1", "hour"),
            (3, 8),
            "the name of nothing",
        ),
        (one("put", "global", "1", "each"), (3, 8), "put:CLASS"),
        (
            one("put:standard", "global", "1", "each"),
            (3, 8),
            "STANDARD, REDUCED_REDUNDANCY",
        ),
        (
            one("retrieved:STANDARD", "global", "1", "gib"),
            (3, 8),
            "there are STANDARD_IA, ONEZONE_IA, GLACIER_IR",
        ),
        (
            one("restore:STANDARD:bulk", "global", "1", "each"),
            (3, 8),
            "there are GLACIER, DEEP_ARCHIVE",
        ),
        (
            one("restore:GLACIER", "global", "1", "each"),
            (3, 8),
            "restore:CLASS:SPEED",
        ),
        (
            one("restored:GLACIER:expedited", "global", "1", "gib"),
            (3, 8),
            "standard and bulk",
        ),
        (
            one("database:r6g.large:postgres", "global", "1", "hour"),
            (3, 8),
            "begins with db.",
        ),
        (
            one("database:db.r6g.large:", "global", "1", "hour"),
            (3, 8),
            "the name of nothing",
        ),
        (
            one("cache:t4g.small", "global", "1", "hour"),
            (3, 8),
            "begins with cache.",
        ),
        (zone("1").replace("our price list", " "), (7, 10), "zone has no source"),
        (zone("1") + "dated = \"soon\"\n", (8, 9), "no day"),
        (zone("1") + "currency = \"EUR\"\n", (8, 1), "currency"),
        (twice, (15, 8), "zone has a price in global already"),
    ];
    for (text, place, words) in cases {
        let error = Prices::parse(&text).expect_err(&text);
        assert_eq!((error.line, error.column), place, "{text}\n{error}");
        assert!(error.reason.contains(words), "{text}\n{error}");
    }
}

#[test]
fn the_page_about_costs_has_a_file_that_is_read_and_every_item_there_is() {
    let page = include_str!("../../../../docs/costs.md");
    let (_, behind) = page.split_once("```toml\n").expect("an example");
    let (example, _) = behind.split_once("```").expect("its end");
    let prices = Prices::parse(example).expect("the page's example");
    let put = Item::Put(Class::Standard);
    assert_eq!(
        unit(&prices, put, "ap-northeast-1"),
        Some((4_200, 1_000, "ap-northeast-1".to_owned()))
    );
    for form in item::FORMS.split(", ") {
        assert!(page.contains(&format!("`{form}`")), "{form} is not on the page");
    }
}
