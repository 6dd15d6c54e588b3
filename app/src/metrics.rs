//! What an operator can watch.

use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};

/// The counters of a node. Names follow Prometheus: base units, `_total` for counters.
pub struct Metrics {
    registry: Registry,
    txs: IntCounterVec,
    /// Seconds that a call of the engine took, by call.
    pub calls: HistogramVec,
    /// Last committed height.
    pub height: IntGauge,
}

impl Metrics {
    /// Fresh counters.
    ///
    /// # Errors
    /// If a name is registered twice.
    pub fn new() -> Result<Metrics, prometheus::Error> {
        let registry = Registry::new();
        let txs = IntCounterVec::new(
            Opts::new("lazchain_tx_results_total", "Transactions in blocks by codespace and code"),
            &["codespace", "code"],
        )?;
        let buckets = prometheus::exponential_buckets(0.000_05, 4.0, 10)?;
        let calls = HistogramVec::new(
            HistogramOpts::new("lazchain_abci_call_seconds", "Seconds an ABCI call took").buckets(buckets),
            &["call"],
        )?;
        let height = IntGauge::new("lazchain_height", "Last committed height")?;
        registry.register(Box::new(txs.clone()))?;
        registry.register(Box::new(calls.clone()))?;
        registry.register(Box::new(height.clone()))?;
        Ok(Metrics { registry, txs, calls, height })
    }

    /// Counts a transaction's result.
    pub fn tx(&self, codespace: &str, code: u32) {
        self.txs.with_label_values(&[codespace, &code.to_string()]).inc();
    }

    /// The registry, for parts that bring counters of their own.
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// All of it in Prometheus' text form.
    ///
    /// # Errors
    /// If a value cannot be written.
    pub fn text(&self) -> Result<String, prometheus::Error> {
        let mut out = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut out)?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }
}
