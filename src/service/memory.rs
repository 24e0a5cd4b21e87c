//! How much memory the responses of an instance may hold, and what happens when they would hold more.
//!
//! An instance may have 96 MiB of linear memory, of which the databases are 49. It serves up to 16 requests at once, and
//! a request counts only until the head of its response has left: up to 128 bodies can be in writing.

use std::sync::Arc;

use super::Service;
use crate::platform::memory::{Metered, Pool, Taken};
use crate::platform::{self, Platform};
use crate::request::batch::{Batch, Form};
use crate::response::problem::Problem;
use crate::response::reply::{Body, Reply};

/// What all requests of an instance hold together: bodies of requests while they are read, texts of batches, and what
/// is looked up but not yet written.
const BUFFERS: usize = 16 * 1024 * 1024;

/// What the lookups of all batches of an instance hold before they end: see [`cost`](super::element::cost).
const WORK: usize = 4 * 1024 * 1024;

/// The longest body that is not accounted for: 128 of these are half a MiB, and nearly every response is shorter.
const SMALL: usize = 4 * 1024;

/// The memory that the requests of an instance share.
pub(super) struct Memory {
    /// For bytes that are held until a client has sent or read what belongs to them. A client may be slow, so nothing
    /// waits for this pool.
    pub(super) buffers: Arc<Pool>,
    /// For lookups. They end by a deadline, so others can wait for this pool.
    pub(super) work: Arc<Pool>,
}

impl Default for Memory {
    fn default() -> Self {
        Self { buffers: Pool::new(BUFFERS), work: Pool::new(WORK) }
    }
}

impl Memory {
    /// Reads a batch, while its bytes are taken from the buffers.
    ///
    /// # Errors
    ///
    /// What [`Batch::read`] says, or that no memory is left.
    pub(super) async fn read(
        &self,
        platform: &impl Platform,
        body: impl platform::Body,
        form: Form,
        limit: usize,
    ) -> Result<Batch, Problem> {
        let mut taken = self.buffers.try_take(0).ok_or_else(Problem::busy)?;
        let mut exhausted = false;
        let body = Metered::new(body, &mut taken, &mut exhausted);
        let read = Batch::read(platform, body, form, limit).await;
        if exhausted { Err(Problem::busy()) } else { Ok(read?) }
    }
}

impl Service {
    /// Takes the memory of a reply's body, to be held until the body is written. Where there is not as much left, the
    /// reply is a problem document instead.
    pub fn within_memory<'a>(&self, reply: Reply<'a>) -> (Reply<'a>, Option<Taken>) {
        let length = match &reply.body {
            Body::Whole(bytes) if bytes.len() > SMALL => bytes.len(),
            Body::Whole(_) | Body::Pieces(_) => return (reply, None),
        };
        match self.memory.buffers.try_take(length) {
            Some(taken) => (reply, Some(taken)),
            None => (Reply::problem(&Problem::busy()), None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::negotiate::MediaType;

    #[test]
    fn bodies_are_accounted_for_until_they_are_written() {
        let service = Service::open();
        let reply = |length| service.within_memory(Reply::new(MediaType::Json, vec![b'x'; length]));
        let (small, nothing) = reply(SMALL - 1);
        assert!(small.status == 200 && nothing.is_none(), "a line feed more is still small");
        let (large, taken) = reply(BUFFERS - 1);
        assert!(large.status == 200 && taken.is_some());
        let (busy, nothing) = reply(SMALL);
        assert!(busy.status == 503 && nothing.is_none(), "nothing is left");
        assert_eq!(reply(SMALL - 1).0.status, 200, "small ones are answered all the same");
        drop(taken);
        assert_eq!(reply(SMALL).0.status, 200, "written");
    }
}
