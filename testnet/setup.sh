#!/bin/sh
# Fills the volumes of docker-compose.yml with a network's homes, unless they are filled already.
set -eu
if [ -e /network/node0/lazd/config/genesis.json ]; then
    echo "the network is there already"
    exit 0
fi
lazd testnet init-files --validator-count 4 --output-dir /network --starting-ip-address 192.168.10.2 \
    --chain-id lazchain-local-1 --commit-timeout 1s --faucet \
    --config state-sync.snapshot-interval=20 --genesis gov.params.voting_period=120s --genesis gov.params.expedited_voting_period=60s
chown -R lazd:lazd /network
