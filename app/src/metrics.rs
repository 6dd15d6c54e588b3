//! What an operator can watch. The only place of the chain that looks at a clock.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramTimer, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec,
    Opts, Registry, TextEncoder,
};
use state::Figures;

/// The counters of a node. Names follow Prometheus: base units, `_total` for counters.
pub struct Metrics {
    registry: Registry,
    txs: IntCounterVec,
    /// Seconds that a call of the engine took, by call.
    pub calls: HistogramVec,
    /// Last committed height.
    pub height: IntGauge,
    queries: HistogramVec,
    queries_running: IntGauge,
    queries_waiting: IntGauge,
    store: IntGaugeVec,
}

/// Modules are plain functions with nowhere to keep a counter, so theirs is one for the process.
static BLOCK_WORK: LazyLock<HistogramVec> = LazyLock::new(|| {
    let name = "lazchain_module_block_seconds";
    let options = HistogramOpts::new(name, "Seconds of a module's work around a block").buckets(buckets());
    HistogramVec::new(options, &["module", "stage"]).expect("the name and the labels are well formed")
});

/// 50 microseconds to 13 seconds.
fn buckets() -> Vec<f64> {
    prometheus::exponential_buckets(0.000_05, 4.0, 10).expect("positive start and count, factor above 1")
}

impl Metrics {
    /// Fresh counters.
    ///
    /// # Errors
    /// If a name is registered twice.
    pub fn new() -> Result<Metrics, prometheus::Error> {
        let seconds = |name: &str, help: &str, labels: &[&str]| {
            HistogramVec::new(HistogramOpts::new(name, help).buckets(buckets()), labels)
        };
        let metrics = Metrics {
            registry: Registry::new(),
            txs: IntCounterVec::new(
                Opts::new("lazchain_tx_results_total", "Transactions in blocks by codespace and code"),
                &["codespace", "code"],
            )?,
            calls: seconds("lazchain_abci_call_seconds", "Seconds an ABCI call took", &["call"])?,
            height: IntGauge::new("lazchain_height", "Last committed height")?,
            queries: seconds("lazchain_query_seconds", "Seconds a query took", &["path"])?,
            queries_running: IntGauge::new("lazchain_queries_running", "Queries being answered")?,
            queries_waiting: IntGauge::new("lazchain_queries_waiting", "Queries waiting for their turn")?,
            store: IntGaugeVec::new(
                Opts::new("lazchain_store", "Figures of the store, by name"),
                &["figure"],
            )?,
        };
        let registry = &metrics.registry;
        registry.register(Box::new(metrics.txs.clone()))?;
        registry.register(Box::new(metrics.calls.clone()))?;
        registry.register(Box::new(metrics.height.clone()))?;
        registry.register(Box::new(metrics.queries.clone()))?;
        registry.register(Box::new(metrics.queries_running.clone()))?;
        registry.register(Box::new(metrics.queries_waiting.clone()))?;
        registry.register(Box::new(metrics.store.clone()))?;
        registry.register(Box::new(BLOCK_WORK.clone()))?;
        Ok(metrics)
    }

    /// Counts transactions of the same result.
    pub fn txs(&self, codespace: &str, code: u32, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.txs.with_label_values(&[codespace, &code.to_string()]).inc_by(count);
    }

    /// Measures a query until it is dropped.
    pub(crate) fn query(&self, path: &str) -> HistogramTimer {
        self.queries.with_label_values(&[path]).start_timer()
    }

    /// Queries being answered.
    pub(crate) const fn queries_running(&self) -> &IntGauge {
        &self.queries_running
    }

    /// Queries waiting for their turn.
    pub(crate) const fn queries_waiting(&self) -> &IntGauge {
        &self.queries_waiting
    }

    /// The registry, for parts that bring counters of their own.
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// All of it in Prometheus' text form, the store's figures as they are now.
    ///
    /// # Errors
    /// If a value cannot be written.
    pub fn text(&self, store: &Figures) -> Result<String, prometheus::Error> {
        let figures = [
            ("trie_leaves", store.trie_leaves),
            ("trie_nodes", store.trie_nodes),
            ("trie_bytes", store.trie_bytes),
            ("cache_bytes", store.cache_bytes),
            ("state_bytes", store.state_bytes),
            ("history_bytes", store.history_bytes),
        ];
        for (name, value) in figures {
            self.store.with_label_values(&[name]).set(i64::try_from(value).unwrap_or(i64::MAX));
        }
        let mut out = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut out)?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }
}

/// Does a module's work before or after the transactions of a block, and measures it.
pub(crate) fn block_work<T>(module: &'static str, stage: &'static str, work: impl FnOnce() -> T) -> T {
    let histogram: Histogram = BLOCK_WORK.with_label_values(&[module, stage]);
    let timer = histogram.start_timer();
    let done = work();
    timer.observe_duration();
    done
}

/// A moment after which a query is too slow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// So much from now; never, if that is beyond what the clock can say.
    #[expect(clippy::disallowed_methods, reason = "bounds a query, which no block depends on")]
    pub(crate) fn after(time: Duration) -> Deadline {
        Deadline(Instant::now().checked_add(time))
    }

    /// Whether it is past.
    #[expect(clippy::disallowed_methods, reason = "bounds a query, which no block depends on")]
    pub(crate) fn passed(&self) -> bool {
        self.0.is_some_and(|end| Instant::now() >= end)
    }
}
