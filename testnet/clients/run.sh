#!/usr/bin/env bash
# Unmodified CosmJS and cosmpy against a network that is made for them and removed afterwards. On Debian it installs what
# they need: Node.js with npm (and a Node.js of a registry package where Debian's is too old for CosmJS), Python's venv.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
words="abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
testnet=true
trap '$testnet down --remove || true; rm -rf "$work"' EXIT

packages=()
command -v npm >/dev/null || packages+=(nodejs npm)
python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)
if ((${#packages[@]})); then
    echo "clients: installing ${packages[*]}"
    apt-get update -qq && apt-get install -qq -y --no-install-recommends "${packages[@]}" >/dev/null
fi
node=node
if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; then
    case $(uname -m) in aarch64) chip=arm64 ;; *) chip=x64 ;; esac
    echo "clients: installing Node.js 20 beside $(node --version)"
    npm install --prefix "$work/node" --no-audit --no-fund --silent "node-linux-$chip@20.20.2"
    node="$work/node/node_modules/node-linux-$chip/bin/node"
fi
echo "clients: installing CosmJS and cosmpy"
(cd "$here" && npm ci --no-audit --no-fund --silent)
python3 -m venv "$work/python"
"$work/python/bin/pip" install --quiet --requirement "$here/requirements.txt"

# ports that nobody has, of four nodes
offset=$(python3 - <<'END'
import socket

def free(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) != 0

ports = [base + step * node for base, step in ((26656, 10), (26657, 10), (1317, 1), (9090, 1)) for node in range(4)]
print(next(offset for offset in range(4000, 6000, 100) if all(free(port + offset) for port in ports)))
END
)
testnet="$BIN/lazchain-testnet --dir $work/net --port-offset $offset"
$testnet up "$here/../networks/four.toml"
"$node" "$here/cosmjs.mjs" "http://127.0.0.1:$((26657 + offset))" "$words"
"$work/python/bin/python" "$here/cosmpy_client.py" lazchain-local-1 $((9090 + offset)) $((1317 + offset)) "$words"
