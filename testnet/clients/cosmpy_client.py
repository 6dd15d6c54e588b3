"""cosmpy as it is published, over gRPC and over REST. Usage: cosmpy_client.py CHAIN_ID GRPC_PORT REST_PORT MNEMONIC"""

import sys

from cosmpy.aerial.client import LedgerClient, NetworkConfig
from cosmpy.aerial.wallet import LocalWallet
from cosmpy.crypto.address import Address
from cosmpy.crypto.keypairs import PrivateKey

chain_id, grpc_port, rest_port, mnemonic = sys.argv[1:5]

for url in (f"grpc+http://127.0.0.1:{grpc_port}", f"rest+http://127.0.0.1:{rest_port}"):
    config = NetworkConfig(
        chain_id=chain_id,
        url=url,
        fee_minimum_gas_price=0.0025,
        fee_denomination="ulaz",
        staking_denomination="ulaz",
    )
    client = LedgerClient(config)
    wallet = LocalWallet.from_mnemonic(mnemonic, prefix="laz")
    stranger = LocalWallet(PrivateKey(), prefix="laz")

    assert client.query_bank_balance(wallet.address(), "ulaz") > 0
    sent = client.send_tokens(stranger.address(), 1234, "ulaz", wallet).wait_to_complete()
    assert sent.response.is_successful(), sent.response
    assert client.query_bank_balance(stranger.address(), "ulaz") == 1234
    print(f"{url}: send used {sent.response.gas_used} of {sent.response.gas_wanted}")

    validators = client.query_validators()
    operator = Address(str(validators[0].address))
    delegated = client.delegate_tokens(operator, 700_000, wallet).wait_to_complete()
    assert delegated.response.is_successful(), delegated.response
    summary = client.query_staking_summary(wallet.address())
    assert summary.total_staked >= 700_000
    claimed = client.claim_rewards(operator, wallet).wait_to_complete()
    assert claimed.response.is_successful(), claimed.response
    print(f"{url}: delegate, summary, claim")

    account = client.query_account(wallet.address())
    found = client.query_tx(sent.tx_hash)
    assert found.hash == sent.tx_hash and account.sequence > 0
    assert client.query_latest_block().height > 0
    print(f"{url}: account, transaction and block found")

print("cosmpy: all passed")
