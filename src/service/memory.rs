//! The memory that the responses of an instance may hold, and the reply when it is used up.
//!
//! An instance may have 96 MiB of linear memory, of which the databases take 48. It serves up to 16 requests at once, and
//! a request counts only until the head of its response is sent: up to 128 bodies can be written at the same time.

use std::sync::Arc;

use super::Service;
use crate::platform::memory::{Metered, Pool, Taken};
use crate::platform::{self, Platform};
use crate::request::batch::{Batch, Form};
use crate::response::problem::Problem;
use crate::response::reply::{Body, Reply};

/// The memory for all requests of an instance: bodies of requests while they are read, texts of batches, and results
/// that are not written yet.
const BUFFERS: usize = 16 * 1024 * 1024;

/// The memory for the running lookups of all batches of an instance: see [`cost`](super::element::cost).
const WORK: usize = 4 * 1024 * 1024;

/// The longest body that is not counted. Nearly every response is shorter, and 128 of them take half a MiB.
const SMALL: usize = 4 * 1024;

/// The memory that the requests of an instance share.
pub(super) struct Memory {
    /// For bytes that are held until a client has sent or read something. Clients may be slow, so nothing waits for this
    /// pool.
    pub(super) buffers: Arc<Pool>,
    /// For lookups. They end at a deadline, so others can wait for this pool.
    pub(super) work: Arc<Pool>,
}

impl Default for Memory {
    fn default() -> Self {
        Self { buffers: Pool::new(BUFFERS), work: Pool::new(WORK) }
    }
}

impl Memory {
    /// Reads a batch. While it is read, its bytes are taken from the buffers.
    ///
    /// # Errors
    ///
    /// Those of [`Batch::read`], and that no memory is left.
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
    /// Takes the memory of a reply's body, to be held until the body is written. If not enough is left, the reply becomes a
    /// problem document.
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
    fn bodies_count_until_they_are_written() {
        let service = Service::open();
        let reply = |length| service.within_memory(Reply::new(MediaType::Json, vec![b'x'; length]));
        let (small, nothing) = reply(SMALL - 1);
        assert!(small.status == 200 && nothing.is_none(), "small, with the line feed");
        let (large, taken) = reply(BUFFERS - 1);
        assert!(large.status == 200 && taken.is_some());
        let (busy, nothing) = reply(SMALL);
        assert!(busy.status == 503 && nothing.is_none(), "no memory is left");
        assert_eq!(reply(SMALL - 1).0.status, 200, "small bodies are still sent");
        drop(taken);
        assert_eq!(reply(SMALL).0.status, 200, "memory of a written body is free again");
    }
}
