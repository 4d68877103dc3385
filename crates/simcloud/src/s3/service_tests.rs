use super::*;
use crate::faults::FaultLevel;
use crate::s3::content::hex;
use crate::s3::test_world::{SOURCE, TARGET, bucket, cloud};
use crate::services::sts::Credentials;
use crate::wire::signature;

const OBJECTS: &str = r#"{"key": "a b+%", "entries": [{"version": {"size": 100}}, {"delete_marker": {}}, {"version": {"size": 200}}]},
    {"key": "z", "entries": [{"version": {"size": 10}}, {"delete_marker": {}}]}"#;

struct Client {
    shared: Shared,
    credentials: Credentials,
    region: &'static str,
}

impl Client {
    fn of(account: &str, objects: &str) -> Self {
        let mut cloud = cloud(FaultLevel::None, &bucket("enabled", objects));
        let credentials = sts::static_key(&mut cloud, &account.parse().expect("an account"));
        Self {
            shared: Arc::new(Mutex::new(cloud)),
            credentials,
            region: "ap-northeast-1",
        }
    }

    fn be(&mut self, account: &str) {
        self.credentials = sts::static_key(&mut lock(&self.shared), &account.parse().expect("an account"));
    }

    async fn send(&self, method: &str, uri: &str, headers: &[(&str, &str)], body: &str) -> Response<Bytes> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("https://s3.ap-northeast-1.amazonaws.com{uri}"))
            .header("host", "s3.ap-northeast-1.amazonaws.com")
            .header("x-amz-date", "20261101T120000Z")
            .header("content-length", body.len().to_string())
            .header(
                "x-amz-content-sha256",
                hex(&<sha2::Sha256 as sha2::Digest>::digest(body)),
            )
            .body(Bytes::from(body.to_owned()))
            .expect("a request");
        for (name, value) in headers {
            let name = http::HeaderName::from_bytes(name.as_bytes()).expect("a name");
            request.headers_mut().insert(name, value.parse().expect("a value"));
        }
        let mut names: Vec<String> = request.headers().keys().map(|name| name.as_str().to_owned()).collect();
        names.retain(|name| name != "content-length");
        names.sort_unstable();
        let signed = |signature: &str| {
            let scope = format!(
                "{}/20261101/{}/s3/aws4_request",
                self.credentials.access_key, self.region
            );
            let headers = names.join(";");
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={headers}, Signature={signature}")
        };
        request
            .headers_mut()
            .insert("authorization", signed("none").parse().expect("a value"));
        let scope = signature::scope(&request).expect("a scope");
        let signature = signature::sign(&scope, &self.credentials.secret_key, &request);
        request
            .headers_mut()
            .insert("authorization", signed(&signature).parse().expect("a value"));
        handle(&self.shared, request).await
    }
}

fn text(response: &Response<Bytes>) -> String {
    String::from_utf8_lossy(response.body()).into_owned()
}

fn header_of(response: &Response<Bytes>, name: &str) -> String {
    header(response.headers(), name).unwrap_or_default()
}

#[test]
fn hosts_name_buckets_or_leave_them_to_the_path() {
    for (host, bucket) in [
        ("shop.s3.ap-northeast-1.amazonaws.com", Some("shop")),
        ("shop.assets.s3.amazonaws.com", Some("shop.assets")),
        ("my.s3.bucket.s3.eu-west-1.amazonaws.com", Some("my.s3.bucket")),
        ("shop.s3-eu-west-1.amazonaws.com", Some("shop")),
        ("s3.ap-northeast-1.amazonaws.com", None),
        ("s3.amazonaws.com", None),
        ("127.0.0.1:4566", None),
        ("localhost:9000", None),
    ] {
        assert_eq!(bucket_of_host(host), bucket, "{host}");
    }
}

#[tokio::test]
async fn versions_are_listed_interleaved_over_the_wire() {
    let client = Client::of(SOURCE, OBJECTS);
    let response = client
        .send("GET", "/shop-assets?encoding-type=url&versions=", &[], "")
        .await;
    assert_eq!(response.status(), 200, "{}", text(&response));
    let xml = text(&response);
    let kinds: Vec<&str> = xml
        .split('<')
        .filter(|part| part.starts_with("Version>") || part.starts_with("DeleteMarker>"))
        .map(|part| part.split('>').next().unwrap_or_default())
        .collect();
    assert_eq!(kinds, ["Version", "DeleteMarker", "Version", "DeleteMarker", "Version"]);
    assert!(xml.contains("<Key>a+b%2B%25</Key>"), "{xml}");
}

#[tokio::test]
async fn odd_keys_travel_and_deleted_ones_say_so() {
    let client = Client::of(SOURCE, OBJECTS);
    let response = client
        .send("GET", "/shop-assets/a%20b%2B%25", &[("range", "bytes=0-7")], "")
        .await;
    assert_eq!(
        (response.status().as_u16(), text(&response).as_str()),
        (206, "simcloud")
    );
    assert_eq!(header_of(&response, "content-range"), "bytes 0-7/200");
    let hidden = client.send("HEAD", "/shop-assets/z", &[], "").await;
    assert_eq!((hidden.status().as_u16(), hidden.body().len()), (404, 0));
    assert_eq!(header_of(&hidden, "x-amz-delete-marker"), "true");
    let key = "/shop-assets/%E8%AA%9E%22%2C%26";
    let put = client
        .send(
            "PUT",
            key,
            &[("x-amz-meta-origin", "shop"), ("x-amz-storage-class", "STANDARD_IA")],
            "body",
        )
        .await;
    assert_eq!(put.status(), 200, "{}", text(&put));
    let got = client
        .send(
            "GET",
            &format!("{key}?versionId={}", header_of(&put, "x-amz-version-id")),
            &[],
            "",
        )
        .await;
    assert_eq!(
        (text(&got).as_str(), header_of(&got, "x-amz-meta-origin").as_str()),
        ("body", "shop")
    );
    assert_eq!(header_of(&got, "etag"), "\"841a2d689ad86bd1611447453c22c6fc\"");
    assert_eq!(header_of(&got, "x-amz-storage-class"), "STANDARD_IA");
    let copied = client
        .send(
            "PUT",
            "/shop-assets/copy",
            &[("x-amz-copy-source", "shop-assets/%E8%AA%9E%22%2C%26")],
            "",
        )
        .await;
    assert!(text(&copied).contains("<CopyObjectResult"), "{}", text(&copied));
    let head = client.send("HEAD", "/shop-assets/copy", &[], "").await;
    assert_eq!(
        (header_of(&head, "content-length").as_str(), head.body().len()),
        ("4", 0)
    );
}

#[tokio::test]
async fn the_signature_the_owner_the_region_and_the_policy_are_checked() {
    let mut client = Client::of(SOURCE, OBJECTS);
    let expected = client
        .send("HEAD", "/shop-assets", &[("x-amz-expected-bucket-owner", TARGET)], "")
        .await;
    assert_eq!(expected.status(), 403);
    assert_eq!(header_of(&expected, "x-amz-bucket-region"), "ap-northeast-1");
    client.region = "eu-west-1";
    assert_eq!(
        client.send("GET", "/shop-assets?versioning=", &[], "").await.status(),
        301
    );
    client.region = "ap-northeast-1";
    client.be(TARGET);
    let denied = client.send("GET", "/shop-assets/z", &[], "").await;
    assert!(
        denied.status() == 403 && text(&denied).contains("<Code>AccessDenied</Code>"),
        "{}",
        text(&denied)
    );
    client.credentials.secret_key.push('x');
    let forged = client.send("GET", "/shop-assets/z", &[], "").await;
    assert!(
        forged.status() == 403 && text(&forged).contains("SignatureDoesNotMatch"),
        "{}",
        text(&forged)
    );
    let missing = client.send("GET", "/nothing-here", &[], "").await;
    assert!(text(&missing).contains("SignatureDoesNotMatch"));
}

#[tokio::test]
async fn configuration_arrives_as_it_was_put() {
    let client = Client::of(SOURCE, "");
    let cors = "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>";
    let absent = client.send("GET", "/shop-assets?cors=", &[], "").await;
    assert!(absent.status() == 404 && text(&absent).contains("NoSuchCORSConfiguration"));
    assert_eq!(client.send("PUT", "/shop-assets?cors=", &[], cors).await.status(), 200);
    assert_eq!(text(&client.send("GET", "/shop-assets?cors=", &[], "").await), cors);
    assert_eq!(
        client.send("PUT", "/shop-assets?cors=", &[], "<Other/>").await.status(),
        400
    );
    assert_eq!(client.send("DELETE", "/shop-assets?cors=", &[], "").await.status(), 204);
    assert!(text(&client.send("GET", "/shop-assets?logging=", &[], "").await).contains("<BucketLoggingStatus"));
    let versioning = text(&client.send("GET", "/shop-assets?versioning=", &[], "").await);
    assert!(versioning.contains("<Status>Enabled</Status>"), "{versioning}");
    let location = text(&client.send("GET", "/shop-assets?location=", &[], "").await);
    assert!(location.contains("ap-northeast-1"), "{location}");
    let tags = "<Tagging><TagSet><Tag><Key>team</Key><Value>a&amp;b</Value></Tag></TagSet></Tagging>";
    assert!(
        client
            .send("PUT", "/shop-assets?tagging=", &[], tags)
            .await
            .status()
            .is_success()
    );
    assert!(text(&client.send("GET", "/shop-assets?tagging=", &[], "").await).contains("<Value>a&amp;b</Value>"));
    let bpa = client.send("GET", "/shop-assets?publicAccessBlock=", &[], "").await;
    assert!(text(&bpa).contains("NoSuchPublicAccessBlockConfiguration"));
    let policy = "{\"Statement\": [ {\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:PutObject\",\"Resource\":\"arn:aws:s3:::shop-assets/*\"} ]}";
    assert_eq!(
        client.send("PUT", "/shop-assets?policy=", &[], policy).await.status(),
        204
    );
    assert_eq!(text(&client.send("GET", "/shop-assets?policy=", &[], "").await), policy);
    assert_eq!(client.send("PUT", "/shop-assets/k", &[], "x").await.status(), 403);
}

#[tokio::test]
async fn a_bucket_is_created_filled_in_parts_and_emptied() {
    let client = Client::of(SOURCE, "");
    let body = "<CreateBucketConfiguration><LocationConstraint>ap-northeast-1</LocationConstraint></CreateBucketConfiguration>";
    let made = client.send("PUT", "/fresh-bucket", &[], body).await;
    assert_eq!(made.status(), 200, "{}", text(&made));
    assert_eq!(client.send("PUT", "/fresh-bucket", &[], body).await.status(), 409);
    let started = text(&client.send("POST", "/fresh-bucket/k?uploads=", &[], "").await);
    let id = started
        .split("<UploadId>")
        .nth(1)
        .and_then(|rest| rest.split('<').next())
        .expect("an id")
        .to_owned();
    let part = client
        .send(
            "PUT",
            &format!("/fresh-bucket/k?partNumber=1&uploadId={id}"),
            &[],
            "content",
        )
        .await;
    let etag = header_of(&part, "etag");
    let complete = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
    );
    let completed = client
        .send("POST", &format!("/fresh-bucket/k?uploadId={id}"), &[], &complete)
        .await;
    assert!(text(&completed).contains("-1"), "{}", text(&completed));
    let attributes = [("x-amz-object-attributes", "ETag,ObjectSize,Checksum")];
    let attributes = text(&client.send("GET", "/fresh-bucket/k?attributes=", &attributes, "").await);
    assert!(
        attributes.contains("<ObjectSize>7</ObjectSize>") && attributes.contains("<ChecksumCRC64NVME>"),
        "{attributes}"
    );
    assert_eq!(client.send("DELETE", "/fresh-bucket", &[], "").await.status(), 409);
    let delete = "<Delete><Object><Key>k</Key></Object><Object><Key>never-was</Key></Object></Delete>";
    let deleted = client.send("POST", "/fresh-bucket?delete=", &[], delete).await;
    assert_eq!(text(&deleted).matches("<Deleted>").count(), 2, "{}", text(&deleted));
    assert_eq!(client.send("DELETE", "/fresh-bucket", &[], "").await.status(), 204);
    assert_eq!(client.send("HEAD", "/fresh-bucket", &[], "").await.status(), 404);
}

#[tokio::test]
async fn a_batch_with_a_key_that_no_xml_carries_is_malformed_and_deletes_nothing() {
    let client = Client::of(SOURCE, "");
    for path in ["/shop-assets/bell%07", "/shop-assets/plain"] {
        assert_eq!(client.send("PUT", path, &[], "x").await.status(), 200);
    }
    for key in ["bell\u{7}", "bell&#7;", "bell&#x7;", "\u{ffff}", "&#xFFFE;"] {
        let delete = format!("<Delete><Object><Key>plain</Key></Object><Object><Key>{key}</Key></Object></Delete>");
        let refused = client.send("POST", "/shop-assets?delete=", &[], &delete).await;
        assert_eq!(refused.status(), 400, "{key:?}");
        assert!(
            text(&refused).contains("<Code>MalformedXML</Code>"),
            "{}",
            text(&refused)
        );
    }
    assert_eq!(client.send("HEAD", "/shop-assets/plain", &[], "").await.status(), 200);
    // One by one it goes.
    assert_eq!(
        client.send("DELETE", "/shop-assets/bell%07", &[], "").await.status(),
        204
    );
    assert_eq!(client.send("HEAD", "/shop-assets/bell%07", &[], "").await.status(), 404);
}

#[tokio::test]
async fn a_carriage_return_in_a_batch_names_its_key_only_as_a_reference() {
    let client = Client::of(SOURCE, "");
    let delete = |key: &str| format!("<Delete><Object><Key>{key}</Key></Object></Delete>");
    for path in ["/shop-assets/a%0Db", "/shop-assets/a%0Ab"] {
        assert_eq!(client.send("PUT", path, &[], "x").await.status(), 200);
    }
    client.send("POST", "/shop-assets?delete=", &[], &delete("a\rb")).await;
    assert_eq!(client.send("HEAD", "/shop-assets/a%0Db", &[], "").await.status(), 200);
    assert_eq!(
        client.send("HEAD", "/shop-assets/a%0Ab", &[], "").await.status(),
        404,
        "a reader makes a line feed of it"
    );
    client
        .send("POST", "/shop-assets?delete=", &[], &delete("a&#13;b"))
        .await;
    assert_eq!(client.send("HEAD", "/shop-assets/a%0Db", &[], "").await.status(), 404);
}

#[tokio::test]
async fn an_answer_has_as_references_what_no_xml_carries() {
    let client = Client::of(SOURCE, "");
    let begun = text(&client.send("POST", "/shop-assets/bell%07?uploads=", &[], "").await);
    assert!(begun.contains("<Key>bell&#x7;</Key>"), "{begun}");
    let uploads = text(
        &client
            .send("GET", "/shop-assets?uploads=&encoding-type=url", &[], "")
            .await,
    );
    assert!(uploads.contains("<Key>bell%07</Key>"), "{uploads}");
    let content = "<a>\u{7}</a>";
    assert_eq!(
        client.send("PUT", "/shop-assets/content", &[], content).await.status(),
        200
    );
    assert_eq!(
        text(&client.send("GET", "/shop-assets/content", &[], "").await),
        content
    );
}

#[tokio::test]
async fn a_lifecycle_configuration_says_beside_it_from_which_size_on_objects_move() {
    let client = Client::of(SOURCE, OBJECTS);
    let xml =
        "<LifecycleConfiguration><Rule><ID>a</ID><Filter/><Status>Enabled</Status></Rule></LifecycleConfiguration>";
    let minimum = settings::TRANSITION_MINIMUM;
    for (said, shown) in [
        (vec![(minimum, "varies_by_storage_class")], "varies_by_storage_class"),
        (vec![], "all_storage_classes_128K"),
    ] {
        let put = client.send("PUT", "/shop-assets?lifecycle=", &said, xml).await;
        assert_eq!((put.status().as_u16(), header_of(&put, minimum).as_str()), (200, shown));
        let read = client.send("GET", "/shop-assets?lifecycle=", &[], "").await;
        assert_eq!((text(&read).as_str(), header_of(&read, minimum).as_str()), (xml, shown));
    }
}
