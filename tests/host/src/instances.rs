//! The component in Wasmtime: compiled once, instantiated as Spin does it.
//!
//! `wasmtime_wasi_http::handler`, which Spin uses, decides which instance serves a request; this module tells it how to
//! make an instance and how much each may take.

use std::num::NonZeroUsize;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::time::Sleep;
use wasmtime::component::{Component, GuestTaskId, Linker, ResourceTable};
use wasmtime::{Config, Engine, PoolingAllocationConfig, Store, StoreContextMut};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::WasiHttpCtx;
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, Proxy, ShouldAccept, ViewFn, WorkerExpiration, WorkerState, WorkerStatus,
};
use wasmtime_wasi_http::p3::bindings::ServicePre;
use wasmtime_wasi_http::p3::{WasiHttpCtxView, WasiHttpView};

use crate::outbound::Outbound;
use crate::variables::{self, Variables};

/// A compiled component. Clones share the code.
#[derive(Clone)]
pub struct Program {
    pre: ServicePre<Data>,
}

impl Program {
    /// Compiles the component in `file`, which takes some seconds.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or is no component that exports `wasi:http/handler@0.3` and imports only what a
    /// Spin component of SDK 7 does.
    pub fn compile(file: &Path) -> anyhow::Result<Self> {
        let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
        let linked = Self::link(&bytes).map_err(|error| anyhow::Error::from_boxed(error.into()));
        linked.with_context(|| file.display().to_string())
    }

    fn link(bytes: &[u8]) -> wasmtime::Result<Self> {
        let engine = Engine::new(&config())?;
        let component = Component::new(&engine, bytes)?;
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi::p3::add_to_linker(&mut linker)?;
        wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
        variables::add_to_linker(&mut linker)?;
        Ok(Self { pre: ServicePre::new(linker.instantiate_pre(&component)?)? })
    }
}

/// Spin's settings: what they cost or save is in every figure that is measured here.
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

/// What a store holds beside the component's memory.
pub(crate) struct Data {
    table: ResourceTable,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outbound: Outbound,
    variables: Arc<Variables>,
}

impl WasiView for Data {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Data {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.outbound, table: &mut self.table, ctx: &mut self.http }
    }
}

impl AsRef<Arc<Variables>> for Data {
    fn as_ref(&self) -> &Arc<Variables> {
        &self.variables
    }
}

/// What has become of the instances so far.
#[derive(Debug, Default)]
pub struct Counters {
    created: AtomicUsize,
    failed: AtomicUsize,
    /// The host is ending, and instances end with it.
    pub(crate) closing: AtomicBool,
}

impl Counters {
    /// Instances made.
    #[must_use]
    pub fn created(&self) -> usize {
        self.created.load(Ordering::Relaxed)
    }

    /// Instances that ended by a trap.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.failed.load(Ordering::Relaxed)
    }
}

/// Makes instances of one application.
pub(crate) struct Instances {
    pub(crate) program: Program,
    pub(crate) variables: Arc<Variables>,
    pub(crate) outbound: Outbound,
    pub(crate) reuse: NonZeroUsize,
    pub(crate) concurrency: NonZeroUsize,
    pub(crate) counters: Arc<Counters>,
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
            outbound: self.outbound.clone(),
            variables: Arc::clone(&self.variables),
        };
        let mut store = Store::new(self.program.pre.engine(), data);
        // Spin compiles the checks in and, without a request timeout, sets the deadline out of reach, too.
        store.set_epoch_deadline(u64::MAX / 2);
        let service = self.program.pre.instantiate_async(&mut store).await?;
        self.counters.created.fetch_add(1, Ordering::Relaxed);
        Ok(Instance {
            store,
            proxy: Proxy::P3(service),
            view: ViewFn::P3(Data::http),
            expiration: IdleLimit(Box::pin(tokio::time::sleep(Duration::MAX))),
            state: Limits { reuse: self.reuse, concurrency: self.concurrency, counters: Arc::clone(&self.counters) },
        })
    }
}

/// Ends an instance that has had nothing to do for Spin's second.
pub(crate) struct IdleLimit(Pin<Box<Sleep>>);

impl WorkerExpiration for IdleLimit {
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut task::Context<'_>,
        status: WorkerStatus,
        start: Instant,
    ) -> task::Poll<()> {
        const IDLE: Duration = Duration::from_secs(1);
        if status != WorkerStatus::Idle {
            return task::Poll::Pending;
        }
        let end = (start + IDLE).into();
        if self.0.deadline() != end {
            self.0.as_mut().reset(end);
        }
        self.0.as_mut().poll(context)
    }
}

/// How many requests an instance takes.
pub(crate) struct Limits {
    reuse: NonZeroUsize,
    concurrency: NonZeroUsize,
    counters: Arc<Counters>,
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
        // Spin sets no request timeout unless told to.
        Box::pin(std::future::pending())
    }

    fn drop(&self, store: Store<Data>, result: wasmtime::Result<()>) {
        if let Err(error) = result
            && !self.counters.closing.load(Ordering::Relaxed)
        {
            self.counters.failed.fetch_add(1, Ordering::Relaxed);
            eprintln!("an instance failed: {error:?}");
        }
        drop(store);
    }
}
