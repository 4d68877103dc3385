use super::*;

#[test]
fn made_content_reads_the_same_whole_and_in_stretches() {
    let content = Content::made(7, 10_000);
    let whole = content.read(0..10_000);
    assert_eq!(whole.len(), 10_000);
    for (from, to) in [(0, 1), (3, 50), (43, 44), (41, 4096), (9_990, 10_000)] {
        assert_eq!(
            content.read(from..to),
            whole.slice(from as usize..to as usize),
            "{from}..{to}"
        );
    }
    assert_ne!(whole, Content::made(8, 10_000).read(0..10_000));
}

#[test]
fn made_content_that_comes_back_as_bytes_is_recognised() {
    let content = Content::made(42, 5_000);
    let returned = Content::real(content.read(0..5_000));
    assert_eq!(returned.digest(), content.digest());
    let mut changed = content.read(0..5_000).to_vec();
    changed[4_999] ^= 1;
    assert_ne!(Content::real(changed).digest(), content.digest());
}

#[test]
fn a_part_wise_copy_equals_its_source_however_it_was_cut() {
    let source = Content::made(1, 6_000_000_000);
    let parts = [0, 5_000_000, 3_000_000_000, 6_000_000_000];
    let pieces: Vec<Piece> = parts
        .windows(2)
        .map(|cut| Piece::new(source.clone(), cut[0]..cut[1]))
        .collect();
    assert_eq!(Content::joined(&pieces).digest(), source.digest());
    let swapped = [pieces[1].clone(), pieces[0].clone(), pieces[2].clone()];
    let other = Content::joined(&swapped);
    assert_ne!(other.digest(), source.digest());
    assert_eq!(other.size(), source.size());
    assert_eq!(other.read(0..10), source.read(5_000_000..5_000_010));
    // A copy of the shuffled one, cut elsewhere, is the shuffled one.
    let again = [
        Piece::new(other.clone(), 0..17),
        Piece::new(other.clone(), 17..other.size()),
    ];
    assert_eq!(Content::joined(&again).digest(), other.digest());
}

#[test]
fn parts_sent_as_bytes_equal_the_whole_sent_as_bytes() {
    let whole = Content::real("abcdefghij".repeat(100));
    let pieces = [
        Piece::whole(Content::real("abcde")),
        Piece::whole(Content::real(whole.read(5..1000))),
    ];
    assert_eq!(Content::joined(&pieces).digest(), whole.digest());
}

#[test]
fn checksums_are_those_of_the_algorithms() {
    // The check values of the CRC catalogue, for "123456789".
    let content = Content::real("123456789");
    assert_eq!(
        content.checksum(Checksum::Crc32),
        base64(&0xcbf4_3926_u32.to_be_bytes())
    );
    assert_eq!(
        content.checksum(Checksum::Crc64Nvme),
        base64(&0xae8b_1486_0a79_9888_u64.to_be_bytes())
    );
    assert_eq!(base64(b"any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
}
