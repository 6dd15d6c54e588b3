// CosmJS as it is published: connect, simulate, send, delegate, search. Usage: node cosmjs.mjs RPC MNEMONIC
import assert from "node:assert/strict";
import { Secp256k1HdWallet } from "@cosmjs/amino";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import {
  GasPrice,
  SigningStargateClient,
  StargateClient,
  assertIsDeliverTxSuccess,
  calculateFee,
  coins,
} from "@cosmjs/stargate";

const [rpc, mnemonic] = process.argv.slice(2);
const price = GasPrice.fromString("0.0025ulaz");
const prefix = "laz";

const reader = await StargateClient.connect(rpc);
const chainId = await reader.getChainId();
assert.match(chainId, /^.+-\d+$/);
assert.ok((await reader.getHeight()) > 0);
console.log("connect: chain", chainId);

const stranger = await DirectSecp256k1HdWallet.generate(12, { prefix });
const [{ address: unknown }] = await stranger.getAccounts();
assert.equal(await reader.getAccount(unknown), null);
assert.equal(await reader.getDelegation(unknown, (await validators())[0]), null);
console.log("unknown account and delegation: null");

async function validators() {
  const { QueryClient, setupStakingExtension } = await import("@cosmjs/stargate");
  const { connectComet } = await import("@cosmjs/tendermint-rpc");
  const client = QueryClient.withExtensions(await connectComet(rpc), setupStakingExtension);
  const { validators } = await client.staking.validators("BOND_STATUS_BONDED");
  return validators.map((validator) => validator.operatorAddress);
}

for (const [mode, wallet] of [
  ["direct", await DirectSecp256k1HdWallet.fromMnemonic(mnemonic, { prefix })],
  ["amino", await Secp256k1HdWallet.fromMnemonic(mnemonic, { prefix })],
]) {
  const [{ address }] = await wallet.getAccounts();
  const client = await SigningStargateClient.connectWithSigner(rpc, wallet, { gasPrice: price });
  const before = BigInt((await client.getBalance(unknown, "ulaz")).amount);

  const send = {
    typeUrl: "/cosmos.bank.v1beta1.MsgSend",
    value: { fromAddress: address, toAddress: unknown, amount: coins(1000, "ulaz") },
  };
  const gas = await client.simulate(address, [send], "simulated");
  assert.ok(gas > 0);
  const sent = await client.sendTokens(address, unknown, coins(1000, "ulaz"), calculateFee(gas, price), "simulated");
  assertIsDeliverTxSuccess(sent);
  assert.ok(sent.gasUsed <= BigInt(gas), `used ${sent.gasUsed}, simulated ${gas}`);
  assert.equal(BigInt((await client.getBalance(unknown, "ulaz")).amount), before + 1000n);
  console.log(`${mode}: simulate says ${gas}, send used ${sent.gasUsed}`);

  const [operator] = await validators();
  const delegated = await client.delegateTokens(address, operator, { denom: "ulaz", amount: "500000" }, "auto", "");
  assertIsDeliverTxSuccess(delegated);
  assert.ok(BigInt((await client.getDelegation(address, operator)).amount) >= 500000n);
  const rewards = await client.withdrawRewards(address, operator, "auto");
  assertIsDeliverTxSuccess(rewards);
  console.log(`${mode}: delegate and withdraw`);

  const found = await client.getTx(sent.transactionHash);
  assert.equal(found.hash, sent.transactionHash);
  const listed = await client.searchTx(`transfer.recipient='${unknown}'`);
  assert.ok(listed.some((tx) => tx.hash === sent.transactionHash));
  console.log(`${mode}: found by hash and by event`);

  const poor = await client.sendTokens(address, unknown, coins("900000000000000000", "ulaz"), calculateFee(gas * 2, price));
  assert.equal(poor.code, 5);
  console.log(`${mode}: too much is code 5`);
  client.disconnect();
}
reader.disconnect();
console.log("cosmjs: all passed");
