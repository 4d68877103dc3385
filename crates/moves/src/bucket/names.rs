//! Names that cannot be had again: a bucket under one of them cannot be moved under its own name, and that must be said before
//! anything is touched.

use model::{AccountId, Region, Said};

use super::words::Text;

const RESERVED_PREFIXES: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
const RESERVED_SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/// Why a bucket of this name cannot be made anew; none when it can.
pub(super) fn unmovable(name: &str, account: &AccountId, region: &Region) -> Option<Said> {
    let own = format!("-{account}-{region}-an");
    if name.ends_with(&own) {
        return Some(Text::OwnNamespace.fill(&[&own]));
    }
    if name.ends_with("-an") {
        return Some(Text::SomeNamespace.into());
    }
    if !(3..=63).contains(&name.len()) {
        return Some(Text::NameLength.fill(&[&name.len().to_string()]));
    }
    if let Some(odd) = name
        .chars()
        .find(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.')))
    {
        return Some(Text::NameCharacter.fill(&[&format!("{odd:?}")]));
    }
    let alphanumeric = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if !alphanumeric(name.chars().next()) || !alphanumeric(name.chars().last()) {
        return Some(Text::NameEnds.into());
    }
    if ["..", ".-", "-."].iter().any(|pair| name.contains(pair)) {
        return Some(Text::NameDots.into());
    }
    let parts: Vec<&str> = name.split('.').collect();
    if parts.len() == 4 && parts.iter().all(|part| part.parse::<u8>().is_ok()) {
        return Some(Text::NameLikeAddress.into());
    }
    if let Some(prefix) = RESERVED_PREFIXES.iter().find(|prefix| name.starts_with(**prefix)) {
        return Some(Text::ReservedPrefix.fill(&[prefix]));
    }
    if let Some(suffix) = RESERVED_SUFFIXES.iter().find(|suffix| name.ends_with(**suffix)) {
        return Some(Text::ReservedSuffix.fill(&[suffix]));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(name: &str) -> Option<Said> {
        let account = AccountId::new("111111111111").expect("an account");
        unmovable(name, &account, &Region::new("ap-northeast-1").expect("a region"))
    }

    #[test]
    fn ordinary_names_can_be_had_again() {
        for name in ["shop-stg-assets", "a.b.c", "123", "shop.example.com"] {
            assert_eq!(why(name), None, "{name}");
        }
    }

    #[test]
    fn legacy_and_reserved_names_cannot() {
        let long = "a".repeat(64);
        for name in [
            "Shop-Assets",
            "shop_assets",
            &long,
            "ab",
            "a..b",
            "a.-b",
            "a-.b",
            "-ab",
            "ab-",
            "192.168.5.4",
            "xn--shop",
            "shop-s3alias",
            "shop--x-s3",
            "shop.mrap",
            "logs-111111111111-ap-northeast-1-an",
            "other-an",
        ] {
            assert!(why(name).is_some(), "{name} was let through");
        }
    }
}
