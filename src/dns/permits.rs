//! How many questions of one request may be on their way at once.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// A number of permits. They are for the futures of one task.
#[derive(Debug)]
pub(super) struct Permits {
    free: Cell<usize>,
    waiting: RefCell<Vec<Waker>>,
}

impl Permits {
    pub(super) fn new(number: usize) -> Self {
        Self { free: Cell::new(number), waiting: RefCell::default() }
    }

    /// Runs `future` as soon as a permit is free.
    pub(super) async fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let permit = self.acquire().await;
        let output = future.await;
        drop(permit);
        // All of them: whichever would be chosen may have been dropped since, and they are few. Not where a permit is
        // dropped: that happens also when the whole task goes, which then must not be woken any more.
        self.waiting.take().into_iter().for_each(Waker::wake);
        output
    }

    async fn acquire(&self) -> Permit<'_> {
        poll_fn(|context| match self.free.get().checked_sub(1) {
            Some(rest) => {
                self.free.set(rest);
                Poll::Ready(Permit(self))
            }
            None => {
                self.waiting.borrow_mut().push(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }
}

/// A permit, given back when it is dropped.
struct Permit<'a>(&'a Permits);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.free.set(self.0.free.get() + 1);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::{FutureExt as _, poll};

    use super::*;

    #[test]
    fn permits_run_out_and_come_back() {
        let test = async {
            let permits = Permits::new(1);
            let open = Cell::new(false);
            let mut first = pin!(permits.run(poll_fn(|_| if open.get() { Poll::Ready(()) } else { Poll::Pending })));
            let mut second = pin!(permits.run(async {}));
            assert!(poll!(&mut first).is_pending());
            {
                let mut dropped = pin!(permits.run(async {}));
                assert!(poll!(&mut dropped).is_pending() && poll!(&mut second).is_pending(), "none is free");
            }
            open.set(true);
            assert!(poll!(&mut first).is_ready());
            assert!(poll!(&mut second).is_ready(), "one is free, and whoever gave up does not keep it");
        };
        test.now_or_never().expect("nothing to wait for");
    }
}
