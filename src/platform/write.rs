//! Writing the body of a response to a client that may stop reading.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{Either, select};

use super::Platform;
use crate::response::reply::Pieces;

/// The longest that a write may make no progress. A client that reads nothing for so long has stopped; until then, the
/// rest of the response is in the memory that all requests of the instance share.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most bytes that a platform takes at once whether the client reads or not: the stream is empty at first. Nearly
/// every response is shorter, and needs no timer.
const AT_ONCE: usize = 64 * 1024;

/// The stream to the client.
pub(super) trait Sink {
    /// Writes a part of `bytes`, at least one byte, and gives back the rest.
    ///
    /// # Errors
    ///
    /// When the client has gone.
    fn write(&mut self, bytes: Vec<u8>) -> impl Future<Output = Result<Vec<u8>, Cut>>;
}

/// Why a body was not written to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// The client has closed the connection or the stream.
    Gone,
    /// The client has read nothing for ten seconds.
    Stalled,
}

/// Writes a body that is known.
pub(super) async fn whole(platform: &impl Platform, sink: &mut impl Sink, mut bytes: Vec<u8>) -> Result<(), Cut> {
    if bytes.len() <= AT_ONCE {
        bytes = sink.write(bytes).await?;
    }
    while !bytes.is_empty() {
        bytes = in_time(platform, sink.write(bytes)).await?;
    }
    Ok(())
}

/// Writes `first`, and the pieces that follow it. Each is the next one to be taken when the one before is written; the
/// work that makes them goes on meanwhile.
pub(super) async fn pieces(
    platform: &impl Platform,
    sink: &mut impl Sink,
    first: Option<Vec<u8>>,
    mut pieces: Pieces<'_>,
) -> Result<(), Cut> {
    let mut next = first;
    while let Some(mut piece) = next {
        while !piece.is_empty() {
            let mut write = pin!(in_time(platform, sink.write(piece)));
            piece = poll_fn(|context| {
                let written = write.as_mut().poll(context);
                if written.is_pending() {
                    pieces.work(context);
                }
                written
            })
            .await?;
        }
        next = pieces.next().await;
    }
    Ok(())
}

/// The rest of a write, if it makes progress in time.
async fn in_time(platform: &impl Platform, write: impl Future<Output = Result<Vec<u8>, Cut>>) -> Result<Vec<u8>, Cut> {
    match select(pin!(write), pin!(platform.sleep(PATIENCE))).await {
        Either::Left((rest, _)) => rest,
        Either::Right(((), _)) => Err(Cut::Stalled),
    }
}

/// Polls `future` once, and gives back what is left of it.
pub(super) async fn start<F: Future<Output = ()> + Unpin>(mut future: F) -> Option<F> {
    let polled = poll_fn(|context| Poll::Ready(std::pin::Pin::new(&mut future).poll(context))).await;
    polled.is_pending().then_some(future)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::task::Context;

    use super::*;
    use crate::request::negotiate::MediaType;
    use crate::response::reply::{Body, Reply, Source};
    use crate::testing::{Reaction, World};

    fn world() -> World<'static> {
        World::new(|_, _| Reaction::silence())
    }

    /// A client that takes these many bytes, each number after so many milliseconds; then it has gone, or reads nothing
    /// more.
    struct Client<'a> {
        world: &'a World<'a>,
        reads: std::slice::Iter<'a, (u64, usize)>,
        then: Cut,
        got: &'a RefCell<Vec<u8>>,
    }

    impl Sink for Client<'_> {
        async fn write(&mut self, mut bytes: Vec<u8>) -> Result<Vec<u8>, Cut> {
            match self.reads.next() {
                Some(&(after, count)) => {
                    self.world.sleep(Duration::from_millis(after)).await;
                    let rest = bytes.split_off(count.min(bytes.len()));
                    self.got.borrow_mut().extend(bytes);
                    Ok(rest)
                }
                None if self.then == Cut::Gone => Err(Cut::Gone),
                None => std::future::pending().await,
            }
        }
    }

    type Row<'a> = (&'a [(u64, usize)], Cut, Result<(), Cut>, u128, usize, &'a str);

    #[test]
    fn a_client_that_does_not_read_is_given_up() {
        const LONG: usize = AT_ONCE + 3;
        let rows: [Row<'_>; 6] = [
            (&[(0, LONG)], Cut::Gone, Ok(()), 0, LONG, "all at once"),
            (&[(9_999, LONG - 2), (9_999, 1), (9_999, 1)], Cut::Gone, Ok(()), 29_997, LONG, "slow, but it reads"),
            (&[], Cut::Stalled, Err(Cut::Stalled), 10_000, 0, "reads nothing"),
            (&[(5_000, 10)], Cut::Stalled, Err(Cut::Stalled), 15_000, 10, "stops: ten seconds after what it read last"),
            (&[(10_001, LONG)], Cut::Gone, Err(Cut::Stalled), 10_000, 0, "reads too late"),
            (&[(1, 10)], Cut::Gone, Err(Cut::Gone), 1, 10, "goes"),
        ];
        for (reads, then, expected, time, length, why) in rows {
            let (world, got) = (world(), RefCell::default());
            let mut client = Client { world: &world, reads: reads.iter(), then, got: &got };
            let written = world.time(whole(&world, &mut client, vec![b'x'; LONG]));
            assert_eq!((written, got.borrow().len()), ((time, expected), length), "{why}");
        }
    }

    #[test]
    fn a_short_body_needs_no_timer() {
        let (world, got) = (world(), RefCell::default());
        let mut client = Client { world: &world, reads: [].iter(), then: Cut::Stalled, got: &got };
        let written = pin!(whole(&world, &mut client, vec![b'x'; AT_ONCE]));
        let timer = pin!(world.sleep(Duration::from_secs(60)));
        let (time, first) = world.time(select(written, timer));
        assert!(matches!(first, Either::Right(_)) && time == 60_000, "the platform takes it");
    }

    /// Gives `left` pieces, and counts how often it could work.
    struct Pages<'a> {
        left: usize,
        worked: &'a RefCell<usize>,
    }

    impl Source for Pages<'_> {
        fn work(&mut self, _: &mut Context<'_>) {
            *self.worked.borrow_mut() += 1;
        }

        fn poll_piece(&mut self, _: &mut Context<'_>) -> Poll<Option<Vec<u8>>> {
            let more = self.left > 0;
            self.left -= usize::from(more);
            Poll::Ready(more.then(|| vec![b'x'; 10]))
        }
    }

    #[test]
    fn pieces_are_written_one_after_the_other() {
        let rows: [Row<'_>; 3] = [
            (&[(1, 10), (1, 4), (1, 6), (1, 10)], Cut::Gone, Ok(()), 4, 30, "in parts"),
            (&[(9_999, 10), (9_999, 10)], Cut::Stalled, Err(Cut::Stalled), 29_998, 20, "the last is not read"),
            (&[(0, 10)], Cut::Gone, Err(Cut::Gone), 0, 10, "gone"),
        ];
        for (reads, then, expected, time, length, why) in rows {
            let (world, got, worked) = (world(), RefCell::default(), RefCell::default());
            let mut client = Client { world: &world, reads: reads.iter(), then, got: &got };
            let reply = Reply::streamed(MediaType::Ndjson, Pages { left: 3, worked: &worked });
            let Body::Pieces(mut source) = reply.body else { panic!("in pieces") };
            let written = world.time(async {
                let first = source.next().await;
                pieces(&world, &mut client, first, source).await
            });
            assert_eq!((written, got.borrow().len()), ((time, expected), length), "{why}");
            assert_eq!(*worked.borrow() > 0, time > 0, "{why}: work goes on while a client keeps the writer waiting");
        }
    }
}
