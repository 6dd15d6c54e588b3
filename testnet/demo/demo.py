"""A dataset and two models live their lives on four validators, with real data, real models and daemons: `make demo`.

Everything goes through the programs that people have: lazd, its operator, its provider, its consumer's proxy.
"""

import argparse
import collections
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

import model

HERE = pathlib.Path(__file__).resolve().parent
NODES = ["node0", "node1", "node2", "node3"]
PEOPLE = {
    "ada": "a clinic's data officer, owner of the table",
    "ben": "another member, whose files are not what they seem",
    "cleo": "who trains a classifier on the table",
    "mia": "who brings a sentence encoder",
    "pat": "a provider with a machine",
    "dan": "a consumer",
}
LAZ = 1_000_000
CALLS = 1_000
PREDICTIONS = 50
PATIENCE = 300


class Demo:
    def __init__(self, bin, folder, offset):
        self.bin, self.folder, self.offset = pathlib.Path(bin), pathlib.Path(folder), offset
        self.daemons = []
        self.begun = time.time()
        self.step = 0

    # --- words

    def title(self, text):
        self.step += 1
        print(f"\n\033[1m{self.step}. {text}\033[0m", flush=True)

    def say(self, text):
        print(f"   [{time.time() - self.begun:4.0f}s] {text}", flush=True)

    # --- programs

    def home(self, node="node0"):
        return self.folder / node / "lazd"

    def lazd(self, *arguments, node="node0"):
        command = [self.bin / "lazd", *map(str, arguments), "--home", self.home(node)]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise SystemExit(f"lazd {' '.join(map(str, arguments))}\n{done.stderr}")
        return done.stdout.strip()

    def json(self, *arguments, node="node0"):
        return json.loads(self.lazd(*arguments, "-o", "json", node=node))

    def q(self, *arguments):
        return self.json("q", *arguments)

    def tx(self, who, *arguments, node="node0"):
        return self.json("tx", *arguments, "--from", who, "--gas", "auto", "--wait=120", "-y", node=node)

    def testnet(self, *arguments):
        command = [self.bin / "lazchain-testnet", *arguments, "--dir", self.folder, "--port-offset", str(self.offset)]
        subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)

    def daemon(self, name, *command):
        log = open(self.folder / f"{name}.log", "a")
        child = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.daemons.append((name, child))
        return child

    def stop(self, name):
        for at, (other, child) in enumerate(self.daemons):
            if other == name:
                child.send_signal(signal.SIGTERM)
                child.wait(60)
                return self.daemons.pop(at)

    def end(self):
        for _, child in self.daemons:
            child.kill()
            child.wait()
        if self.folder.exists():
            self.testnet("down", "--remove")

    def until(self, what, look):
        begun, shown = time.time(), 0
        while time.time() - begun < PATIENCE:
            found = look()
            if found:
                self.say(what)
                return found
            if sys.stdout.isatty() and time.time() - shown > 1:
                shown = time.time()
                print(f"   ... waiting {shown - begun:.0f} s until {what}", end="\r", flush=True)
            time.sleep(0.5)
        raise SystemExit(f"in vain: {what}; logs are in {self.folder}")

    def port(self, place):
        return 8_700 + self.offset + place

    def post(self, port, path, body):
        asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode())
        asked.add_header("content-type", "application/json")
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return json.load(answer)

    # --- the chain

    def address(self, who):
        return self.lazd("keys", "show", who, "-a")

    def balance(self, who):
        return int(self.q("bank", "balance", self.address(who), "ulaz")["balance"]["amount"])

    def books(self, addresses):
        """Why each account has more or less than at first: amounts in ulaz by what was done, from every block's events."""
        books = {address: collections.Counter() for address in addresses}
        def moved(events, what):
            payer, fee = None, 0
            for event in events:
                said = {one["key"]: one["value"] for one in event["attributes"]}
                if event["type"] == "tx" and "fee_payer" in said:
                    payer, fee = said["fee_payer"], ulaz(said["fee"])
            if payer in books:
                books[payer]["fees of transactions"] -= fee
                books[payer][what] += fee
            for event in events:
                said = {one["key"]: one["value"] for one in event["attributes"]}
                if event["type"] == "coin_spent" and said["spender"] in books:
                    books[said["spender"]][what] -= ulaz(said["amount"])
                if event["type"] == "coin_received" and said["receiver"] in books:
                    books[said["receiver"]][what] += ulaz(said["amount"])
        rpc = self.lazd("config", "get", "client", "node").strip('"').replace("tcp:", "http:")
        for height in range(1, int(self.json("status")["sync_info"]["latest_block_height"]) + 1):
            with urllib.request.urlopen(f"{rpc}/block_results?height={height}", timeout=30) as answer:
                block = json.load(answer)["result"]
            for result in block["txs_results"] or []:
                moved(result["events"], action(result["events"]))
            moved(block["finalize_block_events"] or [], "what came back by itself")
        return books

    def submit(self, who, kind, path, media, policy, parents=(), manifest=None):
        locator = f"file://{path}"
        manifest = manifest or self.json("content", "manifest", path, "--media-type", media, "--locator", locator)
        seal = self.json("content", "seal", manifest["sha256"], "--owner", who)
        self.tx(who, "vsc", "seal-update", seal["seal"])
        update = self.folder / "update.json"
        update.write_text(json.dumps({
            "idao": "1", "kind": f"UPDATE_KIND_{kind}", "manifest": manifest, "parents": list(parents), "policy": policy,
            "value_at_risk": str(100 * LAZ), "max_fee": str(2 * LAZ),
        }))
        self.tx(who, "vsc", "submit-update", update, seal["salt"])
        tasks = self.q("vsc", "tasks-by-account", self.address(who))["tasks"]
        task = max(int(task["id"]) for task in tasks)
        self.say(f"{who} submits task-{task}: {int(manifest['size']):,} bytes, SHA-256 {manifest['sha256'][:12]}.., 100 LAZ at risk")
        return task

    def task(self, task):
        return self.q("vsc", "task", task)["task"]

    def until_task(self, task, *wanted):
        names = " or ".join(name.lower() for name in wanted)
        def look():
            found = self.task(task)
            return found if found["status"].removeprefix("TASK_STATUS_") in wanted else None
        return self.until(f"task-{task} is {names}", look)

    def reports(self, task):
        """What each operator said, from the reports behind the ballots."""
        ballots = self.q("vsc", "ballots", task, 1)["ballots"]
        for node in NODES:
            operator = self.lazd("keys", "show", node, "--bech", "val", "-a", node=node)
            ballot = next((one for one in ballots if one["member"] == operator), None)
            if ballot is None:
                continue
            import base64
            digest = base64.b64decode(ballot["report_hash"]).hex()
            url = f"http://127.0.0.1:{self.port(NODES.index(node))}/reports/{digest}"
            with urllib.request.urlopen(url, timeout=10) as answer:
                report = json.load(answer)
            found = [f["what"] for section in report["sections"] for f in section["findings"]]
            self.say(f"{node}: {report['verdict']} {report['score']}: {'; '.join(found) or report['because']}")


def ulaz(coins):
    return sum(int(coin.removesuffix("ulaz")) for coin in coins.split(",") if coin.endswith("ulaz"))


def action(events):
    """What a transaction did, as people call it: the last word of its message's type."""
    for event in events:
        for one in event["attributes"]:
            if event["type"] == "message" and one["key"] == "action":
                words = re.findall("[A-Z][a-z0-9]*", one["value"].rsplit(".Msg", 1)[-1])
                return " ".join(words).lower()
    return "transactions that failed"


def policy(price, unit, royalty):
    return {
        "purposes": ["PURPOSE_INFER", "PURPOSE_TRAIN", "PURPOSE_DERIVE"], "grantees": "GRANTEES_ANYONE", "unit": f"UNIT_{unit}",
        "prices": [{"denom": "ulaz", "amount": str(price)}], "provider_bps": 4_000, "derivative_royalty_bps": royalty,
        "on_revoke": "ON_REVOKE_KEEP",
    }


def network(demo):
    demo.title("Four validators, and people")
    demo.testnet("up", HERE.parent / "networks" / "demo.toml")
    demo.say("four validators make blocks, each with 1,000 LAZ of stake")
    for name, who in PEOPLE.items():
        demo.lazd("keys", "add", name)
        demo.say(f"{name}: {who}")
    addresses = [demo.address(name) for name in PEOPLE]
    demo.tx("faucet", "bank", "multi-send", "faucet", *addresses, f"{1_000 * LAZ}ulaz")
    demo.say("everybody has 1,000 LAZ")


def quorum(demo):
    demo.title("A Quorum: validators pledge stake on the truth of their verdicts")
    fees = [{"kind": f"UPDATE_KIND_{kind}", "base": str(LAZ), "bps": 10} for kind in ("DATASET", "MODEL")]
    rules = demo.folder / "quorum.json"
    rules.write_text(json.dumps({
        "domains": ["health"], "fees": fees, "commit_blocks": "40", "reveal_blocks": "20", "challenge_window": "20s",
    }))
    demo.tx("faucet", "quorum", "create-quorum", "Health", rules)
    for place, node in enumerate(NODES):
        demo.tx(node, "beacon", "register-beacon", demo.lazd("comet", "show-beacon", node=node), node=node)
        keys = demo.json("ballot", "keys", "--from", node, node=node)
        endpoint = f"http://127.0.0.1:{demo.port(place)}"
        demo.tx(node, "quorum", "join-quorum", 1, 5000, keys["attestation_key"], keys["sealing_key"], endpoint, node=node)
        settings = demo.home(node) / "config" / "operator.toml"
        settings.write_text(f'listen = "127.0.0.1:{demo.port(place)}"\nfiles = "{demo.folder}"\n')
        demo.daemon(f"operator-{node}", demo.bin / "lazd", "operator", "--from", node, "--home", demo.home(node))
        demo.say(f"{node} pledges half of its stake; its operator works at {endpoint}")
    active = lambda: demo.q("quorum", "quorum", 1)["quorum"]["status"] == "STATUS_ACTIVE"
    demo.until("quorum-1 is active", active)


def idao(demo):
    demo.title("An iDAO: Open Health, founded by Ada, decides whom it trusts")
    rules = demo.q("idao", "params")["params"]["default_rules"]
    rules.update(membership="MEMBERSHIP_OPEN", split_bps=1_000, points_share_bps=5_000, voting_period="10s")
    path = demo.folder / "rules.json"
    path.write_text(json.dumps(rules))
    demo.tx("ada", "idao", "create-idao", "Open Health", "health", "--rules", path)
    account = demo.q("idao", "idao", 1)["idao"]["account"]
    trust = demo.folder / "trust.json"
    trust.write_text(json.dumps({
        "@type": "/lazchain.idao.v1.MsgEstablishTrust", "idao_account": account,
        "edge": {
            "idao": "1", "quorum": "1", "kinds": ["UPDATE_KIND_DATASET", "UPDATE_KIND_MODEL"],
            "max_value_at_risk": str(200 * LAZ), "min_value_at_risk": "0", "mode": "TRUST_MODE_DAT_BACKED", "quorum_share_bps": 200,
        },
    }))
    demo.tx("ada", "idao", "propose", 1, "Trust quorum 1", trust)
    demo.tx("ada", "idao", "vote", 1, "yes")
    def ready():
        proposal = demo.q("idao", "proposal", 1)["proposal"]
        now = json.loads(demo.lazd("status"))["sync_info"]["latest_block_time"]
        return proposal["status"] == "PROPOSAL_STATUS_PASSED" and now > proposal["executable_from"]
    demo.until("the vote has passed, and its time lock is over", ready)
    demo.tx("ada", "idao", "execute-proposal", 1, 400_000)
    demo.say("idao-1 trusts quorum-1 with datasets and models; 2 % of each asset's revenue are the Quorum's, 10 % the iDAO's")
    for who in ("ben", "cleo", "mia"):
        demo.tx(who, "idao", "apply-to-join", 1, "--max-deposit", LAZ)
        demo.say(f"{who} is a member of idao-1")


def dataset(demo):
    demo.title("A dataset: the breast-cancer table of scikit-learn")
    table = demo.folder / "breast_cancer.csv"
    rows = model.write_table(table)
    demo.say(f"{rows} patients, 30 measurements each, and the diagnosis")
    task = demo.submit("ada", "DATASET", table, "text/csv", policy(1, "ROW", 1_500))
    demo.until_task(task, "PROVISIONAL")
    demo.reports(task)
    demo.say("asset-1 is anchored: dat-1/1 is Ada's (88 %), dat-1/2 the iDAO's (10 %), dat-1/3 the Quorum's (2 %)")
    return table


def models(demo, table):
    demo.title("Two models: a sentence encoder, and a classifier trained on the table")
    encoder = demo.folder / "encoder.safetensors"
    shutil.copy(model.encoder_files() / "model.safetensors", encoder)
    first = demo.submit("mia", "MODEL", encoder, "application/vnd.safetensors", policy(3, "TOKEN", 0))
    classifier = demo.folder / "classifier.safetensors"
    accuracy = model.train(table, classifier)
    demo.say(f"cleo trains on four rows of five; of the fifth {accuracy:.1%} are told rightly")
    # a parent must be final
    demo.until_task(1, "FINAL", "CLOSED")
    parents = [{"asset": "1", "version": "1", "policy_version": "1"}]
    second = demo.submit("cleo", "MODEL", classifier, "application/vnd.safetensors", policy(1_000, "CALL", 0), parents)
    for task in (first, second):
        demo.until_task(task, "PROVISIONAL", "FINAL", "CLOSED")
        demo.reports(task)
    royalties = demo.q("dat", "version", demo.task(second)["asset"], 1)["version"]["royalties"]
    demo.say(f"royalties of the classifier's revenue: {royalties[0]['bps'] / 100:.0f} % go to asset-{royalties[0]['asset']}")
    return demo.task(first)["asset"], demo.task(second)["asset"], (first, second), classifier


def cheats(demo):
    demo.title("A file that changed, and a canary")
    changed = demo.folder / "changed.csv"
    rows = "".join(f"{n},{n * 7 % 50}\n" for n in range(90_000, 90_400))
    changed.write_text("id,pressure\n" + rows)
    locator = ["--media-type", "text/csv", "--locator", f"file://{changed}"]
    manifest = demo.json("content", "manifest", changed, *locator)
    changed.write_text("id,pressure\n" + rows.replace("90001,", "90002,"))
    first = demo.submit("ben", "DATASET", changed, "text/csv", policy(1, "ROW", 0), manifest=manifest)
    canary = demo.folder / "canary.csv"
    canary.write_text("id,pressure\n" + "".join(f"{n},{n * 3 % 40}\n" for n in range(80_000, 80_400)))
    manifest = demo.json("content", "manifest", canary, "--media-type", "text/csv", "--locator", f"file://{canary}")
    manifest["merkle_root"] = demo.json("content", "canary")["merkle_root"]
    second = demo.submit("ben", "DATASET", canary, "text/csv", policy(1, "ROW", 0), manifest=manifest)
    for task in (first, second):
        demo.until_task(task, "INVALID", "CLOSED")
        demo.reports(task)


def use(demo, encoder, classifier, tasks, weights):
    demo.title(f"Use: {CALLS:,} embeddings and {PREDICTIONS} predictions, paid per use")
    for task in (1, *tasks):
        demo.until_task(task, "CLOSED")
    demo.say("nobody is liable any more for these verdicts: what is earned now is paid out")
    upstream, door = demo.port(90), demo.port(91)
    demo.daemon("upstream", sys.executable, HERE / "upstream.py", upstream, weights)
    settings = demo.home() / "config" / "provider.toml"
    offers = "".join(
        f'[[offers]]\nasset = {asset}\nupstream = "http://127.0.0.1:{upstream}"\nleast_units = {least}\npaths = ["POST /v1/predict"]\n'
        for asset, least in ((encoder, 300), (classifier, 1))
    )
    settings.write_text(f'listen = "127.0.0.1:{door}"\nredeem_secs = 20\n{offers}')
    key = demo.json("voucher", "key", "--from", "pat")["channel_key"]
    demo.tx("pat", "usage", "register-provider", f"http://127.0.0.1:{door}", "infer", key)
    demo.daemon("provider", demo.bin / "lazd", "provider", "--from", "pat", "--home", demo.home())
    spent = []
    for number, asset, deposit in ((1, encoder, LAZ), (2, classifier, LAZ)):
        key = demo.json("voucher", "key", "--from", "dan", "--number", number)["channel_key"]
        demo.tx("dan", "usage", "open-channel", demo.address("pat"), asset, 1, 1, "infer", key, 1_000_000, f"{deposit}ulaz")
        port = demo.port(91 + number)
        command = [demo.bin / "lazd", "usage", "proxy", f"channel-{number}", f"http://127.0.0.1:{door}", "--from", "dan"]
        # proxies of one home share its books' folder, so each has a home for its books
        books = demo.folder / f"books-{number}"
        shutil.copytree(demo.home() / "config", books / "config")
        shutil.copytree(demo.home() / "keyring-test", books / "keyring-test")
        command += ["--number", number, "--listen", f"127.0.0.1:{port}", "--home", books]
        demo.daemon(f"proxy-{number}", *command)
        demo.say(f"dan opens channel-{number} for asset-{asset} with a deposit of {deposit / LAZ:.0f} LAZ")
        def ready(port=port):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/lazchain/spent", timeout=5) as answer:
                    return json.load(answer)
            except OSError:
                return None
        demo.until(f"the proxy of channel-{number} answers", ready)
        spent.append(ready)
    def answers():
        try:
            return demo.post(demo.port(92), "/v1/embeddings", {"input": "a first sentence"})
        except OSError:
            return None
    demo.until("the encoder answers", answers)
    begun = time.time()
    for call in range(CALLS - 1):
        answer = demo.post(demo.port(92), "/v1/embeddings", {"input": f"patient {call} came back for a second look"})
        assert len(answer["data"][0]["embedding"]) == 384
        if sys.stdout.isatty() and call % 25 == 0:
            print(f"   ... {call} of {CALLS} calls", end="\r", flush=True)
    rate = (CALLS - 1) / (time.time() - begun)
    row = list(model.read_table(demo.folder / "breast_cancer.csv")[0][0])
    for _ in range(PREDICTIONS):
        benign = demo.post(demo.port(93), "/v1/predict", {"row": row})["benign"]
    demo.say(f"the first patient's tumour is {'benign' if benign > 0.5 else 'malignant'}, says the classifier: {benign:.1%} for benign")
    for number, ready in enumerate(spent, 1):
        said = ready()
        demo.say(f"channel-{number}: {said['requests']} calls, {said['units']} units, {said['costs']} ulaz, all signed for")
    demo.say(f"{rate:.0f} paid embeddings a second, with one channel and a voucher for each")
    demo.stop("proxy-1"), demo.stop("proxy-2"), demo.stop("provider")
    redeemed = [int(demo.q("usage", "channel", number)["channel"]["redeemed"]) for number in (1, 2)]
    demo.say(f"pat redeems {redeemed[0]} + {redeemed[1]} ulaz with the latest voucher of each channel")
    return redeemed


def money(demo, encoder, classifier, redeemed):
    demo.title("Who earned what")
    base = [amount - -(-amount * 2 // 100) for amount in redeemed]
    royalty = -(-base[1] * 1_500 // 10_000)
    demo.say(f"protocol fee, 2 %: {redeemed[0] - base[0]} + {redeemed[1] - base[1]} ulaz to the community pool")
    def arrived():
        earned = demo.q("dat", "revenue", 1)["earned"]
        return earned and int(earned[0]["income"]["added"]) >= royalty
    demo.until(f"the epoch turned, and royalties of {royalty} ulaz are at asset-1", arrived)
    for who, asset in (("mia", encoder), ("cleo", classifier), ("ada", "1")):
        before = demo.balance(who)
        done = demo.tx(who, "dat", "claim-revenue", f"dat-{asset}/1", "ulaz")
        fee = int(done["tx"]["auth_info"]["fee"]["amount"][0]["amount"])
        demo.say(f"{who} claims {demo.balance(who) + fee - before} ulaz of asset-{asset}")
    for asset in (encoder, classifier, "1"):
        demo.tx("ada", "dat", "claim-revenue", f"dat-{asset}/2,dat-{asset}/3", "ulaz")
    treasury = demo.q("idao", "treasury", 1)["balances"]
    demo.say(f"idao-1's part is claimed for it; its treasury holds {treasury[0]['amount'] if treasury else 0} ulaz after its members' share")
    for who in ("ada", "mia", "cleo"):
        before = demo.balance(who)
        done = demo.tx(who, "idao", "claim-member-rewards", 1)
        fee = int(done["tx"]["auth_info"]["fee"]["amount"][0]["amount"])
        demo.say(f"{who}, by contribution points: {demo.balance(who) + fee - before} ulaz")
    for node in NODES:
        demo.tx(node, "quorum", "claim-quorum-pool", 1, node=node)
    demo.say("the Quorum's members claim their 2 %, by power")
    demo.title("Balances, of 1,000 LAZ each in the beginning")
    addresses = {demo.address(who): who for who in PEOPLE}
    balances = {address: demo.balance(who) for address, who in addresses.items()}
    for address, entries in demo.books(addresses).items():
        entries.pop("multi send")  # the faucet's 1,000 LAZ
        change, who = balances[address] - 1_000 * LAZ, addresses[address]
        print(f"   {who:5} {balances[address] / LAZ:12.6f} LAZ  {change / LAZ:+.6f}  {PEOPLE[who]}")
        for what, amount in sorted(entries.items(), key=lambda entry: entry[1]):
            if amount:
                print(f"         {amount / LAZ:+12.6f}      {what}", flush=True)
        if sum(entries.values()) != change:
            raise SystemExit(f"{who}: the entries are {sum(entries.values())} ulaz, the balance changed by {change}")
    print("   A task costs 1.1 LAZ once; what a good asset earns per use comes for ever. A channel's deposit is its consumer's")
    print("   until it is used, and a provider's is its own until it ends.", flush=True)


def passport(demo, classifier):
    demo.title("A passport: what the classifier is, for somebody without a node")
    path = demo.folder / "classifier.passport.json"
    demo.lazd("passport", "export", f"asset-{classifier}", "--file", path)
    height = json.loads(path.read_text())["height"] + 1
    trusted = demo.json("q", "block", f"--type=height", height, node="node3")["header"]["validators_hash"]
    demo.say(f"{path.stat().st_size:,} bytes; checked offline against the validator set hash that node3 states, {trusted[:12]}..")
    print("\n".join("   " + line for line in demo.lazd("passport", "verify", path, "--trusted-hash", trusted).splitlines()), flush=True)
    path.write_text(path.read_text().replace('"asset": 3', '"asset": 2', 1))
    command = [demo.bin / "lazd", "passport", "verify", path, "--trusted-hash", trusted, "--home", demo.home()]
    refused = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert refused.returncode != 0
    demo.say(f"with one digit changed: {refused.stderr.strip()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="folder with lazd and lazchain-testnet")
    parser.add_argument("--dir", default=".demo", help="folder of the network; removed before and after")
    parser.add_argument("--port-offset", type=int, default=300)
    parser.add_argument("--keep", action="store_true", help="leave the network running")
    given = parser.parse_args()
    demo = Demo(given.bin, pathlib.Path(given.dir).resolve(), given.port_offset)
    demo.end()
    try:
        network(demo)
        quorum(demo)
        idao(demo)
        table = dataset(demo)
        encoder, classifier, tasks, weights = models(demo, table)
        cheats(demo)
        redeemed = use(demo, encoder, classifier, tasks, weights)
        passport(demo, classifier)
        money(demo, encoder, classifier, redeemed)
        print(f"\nDone in {time.time() - demo.begun:.0f} s.", flush=True)
    except BaseException:
        print(f"\nlogs: {demo.folder}/*.log, {demo.folder}/node0/lazd/lazd.log", file=sys.stderr)
        given.keep = given.keep or not isinstance(sys.exc_info()[1], KeyboardInterrupt)
        for _, child in demo.daemons:
            child.kill()
        raise
    finally:
        if not given.keep:
            demo.end()


main()
