//! The component in Wasmtime: compiled once, instantiated as Spin does it.
//!
//! `wasmtime_wasi_http::handler`, which Spin uses, decides which instance serves a request. This module makes the instances
//! and sets their limits.

use std::num::NonZeroUsize;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::time::Sleep;
use wasmtime::component::{Component, GuestTaskId, Linker, ResourceTable};
use wasmtime::{Config, Engine, PoolingAllocationConfig, ProfilingStrategy, Store, StoreContextMut};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::WasiHttpCtx;
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, ProxyPre, ShouldAccept, ViewFn, WorkerExpiration, WorkerState, WorkerStatus,
};
use wasmtime_wasi_http::{p2, p3};

use crate::counters::{Counters, Held, Memory};
use crate::outbound::Outbound;
use crate::variables::{self, Variables};

/// A compiled component. Clones share the code.
#[derive(Clone)]
pub struct Program {
    engine: Engine,
    pre: Arc<ProxyPre<Data>>,
    watch: Watch,
}

/// What is observed of a program beside its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// Nothing, as in Spin.
    Nothing,
    /// The instructions that its instances execute (Wasmtime's fuel): see
    /// [`Figures::instructions`](crate::Figures::instructions). They run more slowly.
    Instructions,
    /// Where its functions are: `perf` finds their names in `/tmp/perf-PID.map`.
    Functions,
}

impl Program {
    /// Compiles the component in `file`, which takes some seconds.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or is not a component that exports `wasi:http/handler@0.3` or
    /// `wasi:http/incoming-handler@0.2` and imports only what Spin provides.
    pub fn compile(file: &Path) -> anyhow::Result<Self> {
        Self::watched(file, Watch::Nothing)
    }

    /// The same, observed.
    ///
    /// # Errors
    ///
    /// As [`Self::compile`].
    pub fn watched(file: &Path, watch: Watch) -> anyhow::Result<Self> {
        let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
        let linked = Self::link(&bytes, watch).map_err(|error| anyhow::Error::from_boxed(error.into()));
        linked.with_context(|| file.display().to_string())
    }

    fn link(bytes: &[u8], watch: Watch) -> wasmtime::Result<Self> {
        let mut config = config();
        match watch {
            Watch::Nothing => {}
            Watch::Instructions => drop(config.consume_fuel(true)),
            Watch::Functions => drop(config.profiler(ProfilingStrategy::PerfMap)),
        }
        let engine = Engine::new(&config)?;
        let component = Component::new(&engine, bytes)?;
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi::p3::add_to_linker(&mut linker)?;
        p2::add_only_http_to_linker_async(&mut linker)?;
        p3::add_to_linker(&mut linker)?;
        variables::add_to_linker(&mut linker)?;
        let exports_handler =
            component.component_type().exports(&engine).any(|(name, _)| name.starts_with("wasi:http/handler@0.3"));
        let pre = linker.instantiate_pre(&component)?;
        let pre = if exports_handler {
            ProxyPre::P3(p3::bindings::ServicePre::new(pre)?)
        } else {
            ProxyPre::P2(p2::bindings::ProxyPre::new(pre)?)
        };
        Ok(Self { engine, pre: Arc::new(pre), watch })
    }

    /// Whether one instance serves many requests. With 0.2 it serves one, as in Spin.
    #[must_use]
    pub fn is_reused(&self) -> bool {
        matches!(*self.pre, ProxyPre::P3(_))
    }
}

/// Spin's settings, so that figures measured here hold for Spin.
fn config() -> Config {
    const MIB: usize = 1 << 20;
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(1_000)
        .total_memories(1_000)
        .total_tables(2_000)
        .total_stacks(1_000)
        .total_core_instances(4_000)
        .max_component_instance_size(10 * MIB)
        .max_core_instance_size(10 * MIB)
        .max_memories_per_component(32)
        .max_tables_per_component(64)
        .max_memory_size(4 << 30)
        .table_elements(100_000)
        .linear_memory_keep_resident(2 * MIB)
        .table_keep_resident(MIB / 2);
    let mut config = Config::new();
    config.wasm_component_model_async(true).epoch_interruption(true).allocation_strategy(pool);
    config
}

/// The host's part of an instance.
pub(crate) struct Data {
    table: ResourceTable,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outbound: Outbound,
    variables: Arc<Variables>,
    memory: Memory,
}

impl WasiView for Data {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl p2::WasiHttpView for Data {
    fn http(&mut self) -> p2::WasiHttpCtxView<'_> {
        p2::WasiHttpCtxView { hooks: &mut self.outbound, table: &mut self.table, ctx: &mut self.http }
    }
}

impl p3::WasiHttpView for Data {
    fn http(&mut self) -> p3::WasiHttpCtxView<'_> {
        p3::WasiHttpCtxView { hooks: &mut self.outbound, table: &mut self.table, ctx: &mut self.http }
    }
}

impl AsRef<Arc<Variables>> for Data {
    fn as_ref(&self) -> &Arc<Variables> {
        &self.variables
    }
}

/// Makes instances of one application.
pub(crate) struct Instances {
    pub(crate) program: Program,
    pub(crate) variables: Arc<Variables>,
    pub(crate) outbound: Outbound,
    pub(crate) reuse: NonZeroUsize,
    pub(crate) concurrency: NonZeroUsize,
    pub(crate) idle: Duration,
    /// The most bytes of linear memory that an instance may have.
    pub(crate) memory: usize,
    pub(crate) counters: Counters,
}

impl HandlerState for Instances {
    type StoreData = Data;
    type WorkerExpiration = IdleLimit;
    type WorkerState = Limits;

    async fn instantiate(&self) -> wasmtime::Result<Instance<Data, IdleLimit, Limits>> {
        let data = Data {
            table: ResourceTable::new(),
            wasi: WasiCtx::builder().stdout(wasmtime_wasi::cli::stderr()).stderr(wasmtime_wasi::cli::stderr()).build(),
            http: WasiHttpCtx::new(),
            outbound: self.outbound.of_instance(self.counters.gauge()),
            variables: Arc::clone(&self.variables),
            memory: self.counters.memory(self.memory),
        };
        let mut store = Store::new(&self.program.engine, data);
        // Spin compiles the checks in and, without a request timeout, sets the deadline out of reach, too.
        store.set_epoch_deadline(u64::MAX / 2);
        store.limiter(|data| &mut data.memory);
        if self.program.watch == Watch::Instructions {
            store.set_fuel(u64::MAX)?;
        }
        let proxy = self.program.pre.instantiate_async(&mut store).await?;
        let view = match *self.program.pre {
            ProxyPre::P2(_) => ViewFn::P2(p2::WasiHttpView::http),
            ProxyPre::P3(_) => ViewFn::P3(p3::WasiHttpView::http),
        };
        self.counters.change(|figures| figures.created += 1);
        Ok(Instance {
            store,
            proxy,
            view,
            expiration: IdleLimit {
                limit: self.idle,
                timer: Box::pin(tokio::time::sleep(Duration::MAX)),
                busy: None,
                counters: self.counters.clone(),
            },
            state: Limits {
                reuse: self.reuse,
                concurrency: self.concurrency,
                is_metered: self.program.watch == Watch::Instructions,
                counters: self.counters.clone(),
            },
        })
    }
}

/// Ends an instance that has been idle for too long.
pub(crate) struct IdleLimit {
    limit: Duration,
    timer: Pin<Box<Sleep>>,
    /// Held while the instance is not idle.
    busy: Option<Held>,
    counters: Counters,
}

impl WorkerExpiration for IdleLimit {
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut task::Context<'_>,
        status: WorkerStatus,
        start: Instant,
    ) -> task::Poll<()> {
        if status != WorkerStatus::Idle {
            if self.busy.is_none() {
                self.busy = Some(self.counters.busy());
            }
            return task::Poll::Pending;
        }
        self.busy = None;
        let end = (start + self.limit).into();
        if self.timer.deadline() != end {
            self.timer.as_mut().reset(end);
        }
        self.timer.as_mut().poll(context)
    }
}

/// How many requests an instance may serve.
pub(crate) struct Limits {
    reuse: NonZeroUsize,
    concurrency: NonZeroUsize,
    is_metered: bool,
    counters: Counters,
}

impl WorkerState for Limits {
    type StoreData = Data;
    type RequestId = ();

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        if total >= self.reuse.get() {
            ShouldAccept::Never
        } else if concurrent >= self.concurrency.get() {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, Data>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        let slot = self.counters.slot();
        Box::pin(async move {
            // Spin sets no request timeout by default. The future is dropped when there is a response.
            let _slot = slot;
            std::future::pending().await
        })
    }

    fn drop(&self, store: Store<Data>, result: wasmtime::Result<()>) {
        let instructions = match store.get_fuel() {
            Ok(left) if self.is_metered => u64::MAX - left,
            _ => 0,
        };
        self.counters.change(|figures| {
            figures.ended += 1;
            figures.instructions += instructions;
            if let Err(error) = &result
                && !figures.closing
            {
                figures.failed += 1;
                eprintln!("an instance failed: {error:?}");
            }
        });
        drop(store);
    }
}
