#!/bin/bash
# People on the network of `make testnet`, for the pages of the four roles: an iDAO that everybody may join, a Quorum of the
# four validators with their operators, a small model that they have judged, and a provider who serves it.
#
#   testnet/town.sh           makes all of it; what stands already is left alone
#   testnet/town.sh three     the iDAO, and a Quorum of three members where four are needed
#   testnet/town.sh fourth    the fourth member
#   testnet/town.sh model     the model, which the four judge
#   testnet/town.sh stop      ends the daemons
set -euo pipefail
bin=${CARGO_TARGET_DIR:-$HOME/.cache/lazchain-target}/debug
nets=$PWD/.testnets
town=$nets/town
here=$(cd "$(dirname "$0")" && pwd)
door=${TOWN_DOOR:-8800} upstream=${TOWN_UPSTREAM:-8801}
laz=1000000

say() { echo "town: $*"; }
node() { local n=$1; shift; "$bin/lazd" --home "$nets/node$n/lazd" "$@"; }
q() { node 0 q "$@" -o json 2> /dev/null; }
tx() { local n=$1; shift; node "$n" tx "$@" --gas auto --wait=60 -y -o json > "$town/tx.json" 2> "$town/tx.log" || { cat "$town/tx.log" >&2; exit 1; }; }
until_is() { # what is waited for, what it must become, how to look
  local what=$1 wanted=$2; shift 2
  for _ in $(seq 300); do
    [ "$("$@" 2> /dev/null || true)" = "$wanted" ] && { say "$what is $wanted"; return; }
    sleep 1
  done
  say "in vain: $what is not $wanted; see $town/*.log" >&2
  exit 1
}
runs() { [ -f "$town/$1.pid" ] && kill -0 "$(cat "$town/$1.pid")" 2> /dev/null; }
daemon() { # its name, its command
  local name=$1; shift
  runs "$name" && return
  setsid "$@" < /dev/null >> "$town/$name.log" 2>&1 9>&- &
  echo $! > "$town/$name.pid"
}
operator() { # of the validator of that number
  local home=$nets/node$1/lazd
  # a daemon that somebody else started holds the folder
  flock --nonblock "$home/operator/lock" true 2> /dev/null || [ ! -d "$home/operator" ] || return 0
  [ -f "$home/config/operator.toml" ] || echo "files = \"$PWD\"" > "$home/config/operator.toml"
  daemon "operator$1" "$bin/lazd" --home "$home" operator --from "node$1"
}

joins() {
  local keys
  tx "$1" beacon register-beacon "$(node "$1" comet show-beacon)" --from "node$1"
  keys=$(node "$1" ballot keys --from "node$1" -o json)
  tx "$1" quorum join-quorum 1 5000 "$(jq -r .attestation_key <<< "$keys")" "$(jq -r .sealing_key <<< "$keys")" \
    "https://node$1.example.org" --from "node$1"
  operator "$1"
  say "node$1 pledges half of its stake in quorum-1; its operator runs"
}
member() { q quorum member 1 "$(node "$1" keys show "node$1" --bech val -a)" > /dev/null; }

three() {
  for n in 0 1 2; do member $n && operator $n; done || true
  q idao trust-edge 1 1 > /dev/null && return
  for name in ada pat; do node 0 keys add $name > /dev/null 2>&1; done
  tx 0 bank multi-send faucet "$(node 0 keys show ada -a)" "$(node 0 keys show pat -a)" $((1000 * laz))ulaz
  cat > "$town/quorum.json" <<END
{"domains": ["health"], "key_blocks": "120", "commit_blocks": "40", "challenge_window": "10s",
 "fees": [{"kind": "UPDATE_KIND_DATASET", "base": "1000000", "bps": 10}, {"kind": "UPDATE_KIND_MODEL", "base": "1000000", "bps": 10}]}
END
  tx 0 quorum create-quorum Health "$town/quorum.json" --from faucet
  q idao params | jq '.params.default_rules + {membership: "MEMBERSHIP_OPEN", voting_period: "10s", split_bps: 1000}' > "$town/rules.json"
  tx 0 idao create-idao 'Open Health' health --rules "$town/rules.json" --from ada
  cat > "$town/trust.json" <<END
{"@type": "/lazchain.idao.v1.MsgEstablishTrust", "idao_account": $(q idao idao 1 | jq .idao.account),
 "edge": {"idao": "1", "quorum": "1", "kinds": ["UPDATE_KIND_DATASET", "UPDATE_KIND_MODEL"], "max_value_at_risk": "200000000",
          "min_value_at_risk": "0", "mode": "TRUST_MODE_FEE"}}
END
  tx 0 idao propose 1 Trust "$town/trust.json" --from ada
  tx 0 idao vote 1 yes --from ada
  say "idao-1, founded by Ada, votes on trusting quorum-1"
  for n in 0 1 2; do joins $n; done
  until_is 'the vote' true executable
  tx 0 idao execute-proposal 1 400000 --from ada
  say 'idao-1 trusts quorum-1 with datasets and models of at most 200 LAZ at risk'
}
executable() {
  local from
  from=$(q idao proposal 1 | jq -r '.proposal | select(.status == "PROPOSAL_STATUS_PASSED") | .executable_from')
  [ -n "$from" ] && node 0 status | jq --arg from "$from" '.sync_info.latest_block_time > $from'
}

fourth() {
  if member 3; then operator 3; else joins 3; fi
  until_is quorum-1 STATUS_ACTIVE state_of_quorum
}
state_of_quorum() { q quorum quorum 1 | jq -r .quorum.status; }

model() {
  if ! q vsc task 1 > /dev/null; then
    python3 - "$PWD/model.safetensors" <<END
import json, struct, sys
header = json.dumps({"weights": {"dtype": "F32", "shape": [64], "data_offsets": [0, 256]}}).encode()
open(sys.argv[1], "wb").write(struct.pack("<Q", len(header)) + header + struct.pack("<64f", *(n / 7 for n in range(1, 65))))
END
    node 0 content manifest model.safetensors --media-type application/vnd.safetensors --locator "file://$PWD/model.safetensors" \
      -o json > "$town/manifest.json"
    node 0 content seal model.safetensors --owner ada -o json > "$town/seal.json"
    tx 0 vsc seal-update "$(jq -r .seal "$town/seal.json")" --from ada
    jq '{idao: "1", kind: "UPDATE_KIND_MODEL", manifest: ., value_at_risk: "100000000", max_fee: "2000000",
         policy: {purposes: ["PURPOSE_INFER"], grantees: "GRANTEES_ANYONE", unit: "UNIT_TOKEN", provider_bps: 4000,
                  prices: [{denom: "ulaz", amount: "3"}], on_revoke: "ON_REVOKE_KEEP"}}' "$town/manifest.json" > "$town/update.json"
    tx 0 vsc submit-update "$town/update.json" "$(jq -r .salt "$town/seal.json")" --from ada
    say 'Ada submits a small model, whose use costs 3 ulaz a token'
  fi
  until_is 'what Ada may say of asset-1' true usable
}
usable() { q vsc task 1 | jq '.task.status | IN("TASK_STATUS_FINAL", "TASK_STATUS_CLOSED")'; }

provider() {
  daemon upstream python3 "$here/upstream.py" "$upstream"
  if ! q usage provider "$(node 0 keys show pat -a)" > /dev/null; then
    tx 0 usage register-provider "http://127.0.0.1:$door" infer "$(node 0 voucher key --from pat -o json | jq -r .channel_key)" --from pat
    say "Pat serves asset-1 at http://127.0.0.1:$door"
  fi
  cat > "$town/provider.toml" <<END
listen = "127.0.0.1:$door"
redeem_secs = 5
[[offers]]
asset = 1
upstream = "http://127.0.0.1:$upstream"
END
  daemon provider "$bin/lazd" --home "$nets/node0/lazd" provider --from pat --config "$town/provider.toml"
}

stop() {
  for pid in "$town"/*.pid; do
    [ -f "$pid" ] || continue
    kill "$(cat "$pid")" 2> /dev/null || true
    rm "$pid"
  done
}

main() {
  [ "${1:-}" = stop ] && [ ! -d "$town" ] && exit
  [ -d "$nets/node0" ] || { echo "town: no network in $nets: make testnet" >&2; exit 1; }
  mkdir -p "$town"
  # several pages may ask at once
  exec 9> "$town/lock" && flock 9
  case ${1:-all} in
    all) three; fourth; model; provider ;;
    three) three ;;
    fourth) three; fourth ;;
    model) model ;;
    stop) stop ;;
    *) sed -n '5,9s/^# *//p' "$0"; exit 1 ;;
  esac
}
main "$@"
