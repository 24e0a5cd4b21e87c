//! The cost of a page fault and of a system call: on virtual machines much more than on hardware.

use std::fs::File;
use std::io::Read as _;
use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::server::Usage;

/// The costs of a machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Machine {
    /// Of a page fault that needs no disk.
    pub(crate) fault: Duration,
    /// Of a system call that does next to nothing.
    pub(crate) call: Duration,
}

impl Machine {
    /// Measures them, by writing to fresh memory and by reading nothing from a device.
    pub(crate) fn probe() -> anyhow::Result<Self> {
        const BYTES: usize = 256 << 20;
        const PAGE: usize = 4096;
        const CALLS: u32 = 200_000;
        let mut memory = vec![0_u8; BYTES];
        let (before, start) = (Usage::of("self")?.faults, Instant::now());
        memory.iter_mut().step_by(PAGE).for_each(|byte| *byte = 1);
        let (spent, faults) = (start.elapsed(), Usage::of("self")?.faults - before);
        std::hint::black_box(&memory);
        // Huge pages would be counted as one each, at many times the cost.
        ensure!(faults as usize > BYTES / PAGE / 2, "{faults} page faults for {BYTES} bytes: turn huge pages off");
        let mut device = File::open("/dev/null")?;
        let start = Instant::now();
        for _ in 0..CALLS {
            ensure!(device.read(&mut [0])? == 0, "/dev/null gave a byte");
        }
        Ok(Self { fault: spent / u32::try_from(faults)?, call: start.elapsed() / CALLS })
    }
}
