use super::*;

const HEAD: &str = "<?xml version=\"1.0\"?>\n<ListVersionsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                    <EncodingType>url</EncodingType>";

fn version(key: &str, id: &str, latest: bool) -> String {
    format!(
        "<Version><Key>{key}</Key><VersionId>{id}</VersionId><IsLatest>{latest}</IsLatest>\
         <LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;abc&quot;</ETag><Size>7</Size>\
         <StorageClass>STANDARD_IA</StorageClass><Owner><ID>o</ID><DisplayName>Key</DisplayName></Owner></Version>"
    )
}

fn marker(key: &str, id: &str, latest: bool) -> String {
    format!(
        "<DeleteMarker><Key>{key}</Key><VersionId>{id}</VersionId><IsLatest>{latest}</IsLatest>\
         <LastModified>2026-01-02T03:04:05.000Z</LastModified><Owner><ID>o</ID></Owner></DeleteMarker>"
    )
}

#[test]
fn versions_and_markers_keep_their_interleaving() {
    let body = [
        version("a", "4", true),
        marker("a", "3", false),
        version("a", "2", false),
        marker("b", "1", true),
    ];
    let page = parse(
        format!(
            "{HEAD}<IsTruncated>false</IsTruncated>{}</ListVersionsResult>",
            body.concat()
        )
        .as_bytes(),
    );
    let page = page.expect("well-formed");
    let ids: Vec<(&str, bool)> = page
        .entries
        .iter()
        .map(|e| (e.version_id.as_str(), e.is_marker()))
        .collect();
    assert_eq!(ids, [("4", false), ("3", true), ("2", false), ("1", true)]);
    let what = Listed::Version {
        size: 7,
        etag: "abc".into(),
        storage_class: "STANDARD_IA".into(),
    };
    assert_eq!(page.entries[0].what, what);
    assert_eq!(page.next, None);
}

#[test]
fn the_next_marker_is_decoded_like_the_keys() {
    let text = format!(
        "{HEAD}<IsTruncated>true</IsTruncated><NextKeyMarker>a+b%2Bc%C3%A4</NextKeyMarker>\
         <NextVersionIdMarker>v</NextVersionIdMarker>{}</ListVersionsResult>",
        version("a+b%2Bc%C3%A4", "v", true)
    );
    let page = parse(text.as_bytes()).expect("well-formed");
    assert_eq!(page.entries[0].key, "a b+cä");
    assert_eq!(
        page.next,
        Some(Marker {
            key: "a b+cä".into(),
            version_id: Some("v".into())
        })
    );
}

#[test]
fn a_page_that_is_cut_off_or_lacks_something_is_refused() {
    let whole = format!(
        "{HEAD}<IsTruncated>false</IsTruncated>{}</ListVersionsResult>",
        version("a", "1", true)
    );
    assert!(parse(whole.as_bytes()).is_ok());
    assert!(parse(&whole.as_bytes()[..whole.len() - 25]).is_err(), "cut off");
    assert!(
        parse(whole.replace("<VersionId>1</VersionId>", "").as_bytes()).is_err(),
        "no version id"
    );
    assert!(
        parse(whole.replace("<IsTruncated>false</IsTruncated>", "").as_bytes()).is_err(),
        "unknown whether cut off"
    );
    assert!(
        parse(whole.replace("<Key>a<", "<Key>%zz<").as_bytes()).is_err(),
        "key not encoded"
    );
    assert!(
        parse(whole.replace("<IsTruncated>false", "<IsTruncated>true").as_bytes()).is_err(),
        "no marker"
    );
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    assert!(decode("%FF").is_err());
    assert!(decode("%4").is_err());
}

fn form_encoded(key: &str) -> String {
    key.bytes()
        .map(|byte| match byte {
            b' ' => "+".to_owned(),
            byte if byte.is_ascii_alphanumeric() || b"-_.*/".contains(&byte) => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// Keys of every sort: controls, signs that mean something in URLs, XML and CSV, letters of all lengths in UTF-8.
pub(crate) fn any_key(rng: &mut fastrand::Rng) -> String {
    let one = |rng: &mut fastrand::Rng| match rng.u8(0..4) {
        0 => char::from(rng.u8(0..128)),
        1 => *rng
            .choice(&['+', ' ', '%', '/', ',', '"', '&', '<', '\n', '\r', '=', '?', '#', '.'])
            .expect("not empty"),
        2 => rng.char('\u{80}'..'\u{3000}'),
        _ => rng.char('\u{10000}'..='\u{10ffff}'),
    };
    (0..rng.usize(1..40)).map(|_| one(rng)).collect()
}

#[test]
fn every_key_comes_back() {
    let mut rng = fastrand::Rng::with_seed(20_261_122);
    for _ in 0..5_000 {
        let key = any_key(&mut rng);
        assert_eq!(decode(&form_encoded(&key)).expect("encoded"), key);
    }
}

/// The same document, as S3 writes it: read in both ways it says the same, and what is not plain is left to the library.
#[test]
fn a_plain_page_says_what_the_library_reads() {
    let mut rng = fastrand::Rng::with_seed(11);
    let (mut plain, mut left) = (0, 0);
    for round in 0..400 {
        let mut body = String::new();
        for n in 0..rng.usize(..20) {
            let key = any_key(&mut rng);
            // As S3 gives them when asked to, and as it gives them otherwise.
            let key = match round % 2 {
                0 => crate::manifest::encode(&key),
                _ => key.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
            };
            body.push_str(&match rng.u8(..3) {
                0 => marker(&key, &n.to_string(), n == 0),
                _ => version(&key, &n.to_string(), n == 0),
            });
        }
        let odd = [
            "",
            "<!-- comment -->",
            "<Prefix/>",
            "<Other><A>b</A></Other>",
            "<Name>a&#65;</Name>",
        ];
        let odd = odd[round % odd.len()];
        let text =
            format!("{HEAD}<Prefix></Prefix>{odd}<IsTruncated>false</IsTruncated>\n  {body}</ListVersionsResult>\n");
        let library = read_xml(text.as_bytes());
        match plain_page::read(text.as_bytes()) {
            Some(read) => {
                assert_eq!(read, library, "{text}");
                plain += 1;
            }
            None => left += 1,
        }
        // Cut off anywhere, neither takes it for whole.
        let cut = rng.usize(..text.len() - 24);
        let cut = &text.as_bytes()[..cut];
        assert!(parse(cut).is_err(), "{}", String::from_utf8_lossy(cut));
    }
    assert!(plain > 100 && left > 100, "{plain} plain, {left} left to the library");
}
