// Makes cosmjs.jsonl: for each message that CosmJS can sign in the legacy mode, the transaction it makes of it. See ../README.md.
import { Secp256k1HdWallet, serializeSignDoc, makeSignDoc } from "@cosmjs/amino";
import { AminoTypes, createDefaultAminoConverters, defaultRegistryTypes } from "@cosmjs/stargate";
import { Registry, encodePubkey, makeAuthInfoBytes } from "@cosmjs/proto-signing";
import { fromBech32, toHex, toBase64 } from "@cosmjs/encoding";
import { TextProposal, VoteOption } from "cosmjs-types/cosmos/gov/v1beta1/gov";
import { PubKey } from "cosmjs-types/cosmos/crypto/ed25519/keys";
import { SignMode } from "cosmjs-types/cosmos/tx/signing/v1beta1/signing";
import { writeFileSync } from "node:fs";

const mnemonic = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
const wallet = await Secp256k1HdWallet.fromMnemonic(mnemonic, { prefix: "laz" });
const [account] = await wallet.getAccounts();
const registry = new Registry(defaultRegistryTypes);
const types = new AminoTypes(createDefaultAminoConverters());
const me = account.address, other = "laz1w5fqk4l9gqvvgyk2j44m3fyjp0yl0l4gc6d6vr", val = "lazvaloper1abc", val2 = "lazvaloper1def";
const coin = (amount) => ({ denom: "ulaz", amount });
const content = { typeUrl: "/cosmos.gov.v1beta1.TextProposal", value: TextProposal.encode(TextProposal.fromPartial({ title: "A <title> & more", description: "é \"quoted\"" })).finish() };
const description = { moniker: "m <1>", identity: "0A1B", website: "https://x.y", securityContact: "a@b.c", details: "d" };
const msgs = [
  ["/cosmos.bank.v1beta1.MsgSend", { fromAddress: me, toAddress: other, amount: [coin("1"), { denom: "zzz", amount: "340282366920938463463374607431768211455" }] }],
  ["/cosmos.bank.v1beta1.MsgSend", { fromAddress: me, toAddress: other, amount: [] }],
  ["/cosmos.bank.v1beta1.MsgMultiSend", { inputs: [{ address: me, coins: [coin("3")] }], outputs: [{ address: other, coins: [coin("1")] }, { address: me, coins: [coin("2")] }] }],
  ["/cosmos.staking.v1beta1.MsgDelegate", { delegatorAddress: me, validatorAddress: val, amount: coin("5") }],
  ["/cosmos.staking.v1beta1.MsgUndelegate", { delegatorAddress: me, validatorAddress: val, amount: coin("5") }],
  ["/cosmos.staking.v1beta1.MsgBeginRedelegate", { delegatorAddress: me, validatorSrcAddress: val, validatorDstAddress: val2, amount: coin("5") }],
  ["/cosmos.staking.v1beta1.MsgCreateValidator", { description, commission: { rate: "100000000000000000", maxRate: "200000000000000000", maxChangeRate: "10000000000000000" }, minSelfDelegation: "1", delegatorAddress: me, validatorAddress: val, pubkey: { typeUrl: "/cosmos.crypto.ed25519.PubKey", value: PubKey.encode({ key: new Uint8Array(32).fill(7) }).finish() }, value: coin("1000000") }],
  ["/cosmos.staking.v1beta1.MsgEditValidator", { description, validatorAddress: val, commissionRate: "150000000000000000", minSelfDelegation: "7" }],
  ["/cosmos.staking.v1beta1.MsgEditValidator", { description, validatorAddress: val, commissionRate: "", minSelfDelegation: "" }],
  ["/cosmos.distribution.v1beta1.MsgWithdrawDelegatorReward", { delegatorAddress: me, validatorAddress: val }],
  ["/cosmos.distribution.v1beta1.MsgSetWithdrawAddress", { delegatorAddress: me, withdrawAddress: other }],
  ["/cosmos.distribution.v1beta1.MsgFundCommunityPool", { amount: [coin("9")], depositor: me }],
  ["/cosmos.gov.v1beta1.MsgSubmitProposal", { content, initialDeposit: [coin("10")], proposer: me }],
  ["/cosmos.gov.v1beta1.MsgDeposit", { proposalId: 7n, depositor: me, amount: [coin("10")] }],
  ["/cosmos.gov.v1beta1.MsgVote", { proposalId: 7n, voter: me, option: VoteOption.VOTE_OPTION_NO_WITH_VETO }],
  ["/cosmos.gov.v1beta1.MsgVoteWeighted", { proposalId: 7n, voter: me, options: [{ option: VoteOption.VOTE_OPTION_YES, weight: "700000000000000000" }, { option: VoteOption.VOTE_OPTION_NO, weight: "300000000000000000" }] }],
];
const rows = [];
for (const [index, [typeUrl, part]] of msgs.entries()) {
  const full = registry.lookupType(typeUrl).fromPartial(part);
  let aminoMsg;
  try { aminoMsg = types.toAmino({ typeUrl, value: full }); } catch (e) { console.error("CosmJS cannot sign", typeUrl, JSON.stringify(part).length, e.message); continue; }
  const fee = { amount: index % 3 ? [coin("250")] : [], gas: String(100000 + index), ...(index % 4 == 1 ? { granter: other } : {}), ...(index % 4 == 2 ? { payer: me } : {}) };
  const memo = ["", "a <memo> & more", "日本 \"x\"\n"][index % 3], timeout = index % 2 ? 1234n : undefined;
  const doc = makeSignDoc([aminoMsg], fee, index % 2 ? "lazchain-1" : "lazchain-local-1", memo, index * 3, index, timeout);
  const body = registry.encodeTxBody({ messages: [types.fromAmino(aminoMsg)], memo, timeoutHeight: timeout });
  const info = makeAuthInfoBytes([{ pubkey: encodePubkey({ type: "tendermint/PubKeySecp256k1", value: toBase64(account.pubkey) }), sequence: index }], fee.amount, Number(fee.gas), fee.granter, fee.payer, SignMode.SIGN_MODE_LEGACY_AMINO_JSON);
  rows.push({ body: toHex(body), auth_info: toHex(info), chain_id: doc.chain_id, account_number: doc.account_number, sequence: doc.sequence, sign_doc: new TextDecoder().decode(serializeSignDoc(doc)), address: toHex(fromBech32(me).data) });
}
writeFileSync(process.argv[2], rows.map((row) => JSON.stringify(row) + "\n").join(""));
console.error(rows.length, "rows");
