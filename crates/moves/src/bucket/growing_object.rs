//! An object of the run's own that is written while it is made: small ones at once, large ones in parts, never whole in memory.

use aws::Account;
use aws::s3::Upload;
use aws::s3_parts::Part;
use model::Failure;

/// An object on its way to S3.
pub(super) struct GrowingObject<'a> {
    account: &'a Account,
    bucket: &'a str,
    key: String,
    waiting: Vec<u8>,
    sent: Option<(Upload, Vec<Part>)>,
    bytes: u64,
}

/// It is sent on whenever so many bytes have come together. Of 10,000 parts that makes 80 GB.
const PART: usize = 8 << 20;

impl<'a> GrowingObject<'a> {
    pub(super) fn new(account: &'a Account, bucket: &'a str, key: String) -> Self {
        Self {
            account,
            bucket,
            key,
            waiting: Vec::new(),
            sent: None,
            bytes: 0,
        }
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    pub(super) async fn push(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= PART {
            self.send().await?;
        }
        Ok(())
    }

    async fn send(&mut self) -> Result<(), Failure> {
        let s3 = &self.account.s3;
        let (upload, mut parts) = match self.sent.take() {
            Some(begun) => begun,
            None => (s3.begin_upload(self.bucket, &self.key).await?, Vec::new()),
        };
        let body = std::mem::take(&mut self.waiting);
        self.bytes += body.len() as u64;
        let number = i32::try_from(parts.len() + 1).unwrap_or(i32::MAX);
        parts.push(s3.put_part(self.bucket, &upload, number, body).await?);
        self.sent = Some((upload, parts));
        Ok(())
    }

    /// Brings the rest there, and gives the ETag; none where nothing was pushed.
    pub(super) async fn close(mut self) -> Result<Option<String>, Failure> {
        if self.sent.is_some() && !self.waiting.is_empty() {
            self.send().await?;
        }
        let s3 = &self.account.s3;
        Ok(match self.sent {
            None if self.waiting.is_empty() => None,
            None => Some(s3.put_object(self.bucket, &self.key, self.waiting).await?),
            Some((upload, parts)) => Some(s3.complete(self.bucket, &upload, &parts, self.bytes).await?),
        })
    }
}
