#!/usr/bin/env bash
# Unmodified CosmJS and cosmpy against a network that is made for them and removed afterwards.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
testnet="$BIN/lazchain-testnet --dir $work/net --port-offset 4000"
words="abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
trap '$testnet down --remove || true; rm -rf "$work"' EXIT

echo "clients: installing CosmJS and cosmpy"
(cd "$here" && npm ci --no-audit --no-fund --silent)
python3 -m venv "$work/python"
"$work/python/bin/pip" install --quiet --requirement "$here/requirements.txt"
$testnet up "$here/../networks/four.toml"
node "$here/cosmjs.mjs" http://127.0.0.1:30657 "$words"
"$work/python/bin/python" "$here/cosmpy_client.py" lazchain-local-1 13090 5317 "$words"
