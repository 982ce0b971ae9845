# SPDX-License-Identifier: MIT
"""The measures: each runs its servers, says what it sees and fills in values for the budgets."""

import dataclasses
import os
from statistics import median

import load
import scale
from instructions import Profile, account
from report import print_columns
from servers import BenchError, get

BEARER = "bench-bearer"
BUSY = 64  # connections, where nothing else is said
NOISY = 5.0  # percent of the time that others took: more than this spoils a ratio
NOBODY = "00000000-0000-4000-8000-000000000000"


class Bench:
    """What the measures share: the options, the servers, wrk, and what was found."""

    def __init__(self, options, children, folder, client_cpu):
        self.options, self.children, self.folder = options, children, folder
        self.client_cpu = client_cpu
        self.load = load.Load(options.seconds, BEARER, options.tokens_per_second)
        self.values = {}  # by key of a budget
        self.details = {}  # a remark on a value, by the same key
        self.rounds = []  # every round of wrk, for --json
        self.data = {}

    def path(self, name):
        return os.path.join(self.folder, name)

    def note(self, key, value, detail=""):
        self.values[key], self.details[key] = value, detail

    def passes(self, count, one_pass):
        """
        Calls one_pass(number), which gives a list of rounds, until `count` were not spoiled by
        other programs on the same CPUs, three times as often at most; then the least spoiled do.
        """
        done = []
        for number in range(3 * count):
            rounds = one_pass(number)
            done.append((max(r.spoiled for r in rounds), number, rounds))
            if sum(spoiled <= NOISY for spoiled, _, _ in done) == count:
                break
        best = sorted(done)[:count]
        if best[-1][0] > NOISY:
            print(f"  {sum(spoiled > NOISY for spoiled, _, _ in best)} of {count} passes are noisy")
        return [rounds for _, _, rounds in best]

    def keep(self, measure, result):
        """Remembers a round; one of ours that was not what it seems counts against us."""
        self.rounds.append({"measure": measure, **dataclasses.asdict(result)})
        fine = result.fine() if result.server.startswith("ours") else result.errors == 0
        self.values["false_rounds"] = self.values.get("false_rounds", 0) + (not fine)
        if not fine:
            print(f"  a false round: {result}", flush=True)
        return result

    def tokens(self, name):
        """Our server, started, with a supply of tokens."""
        return load.Tokens(self.children, BEARER, self.path(name))

    def fresh(self, measure, connections, tokens):
        return self.keep(measure, self.load.run_fresh(connections, tokens))


def ordered(things, number):
    """Forwards and backwards in turn, so that a slow drift of the machine falls on all alike."""
    return things if number % 2 == 0 else things[::-1]


def ratios(pairs):
    """Median of the ratios of each round, and their range as a remark."""
    each = [a / b for a, b in pairs]
    return median(each), f"{min(each):.2f} to {max(each):.2f}"


def measure_rounds(bench):
    """The exchange on our server against raw epoll and nginx with the same bytes."""
    tokens = bench.tokens("tokens")
    raw, nginx = yardsticks(bench, tokens)
    tokens.ensure(bench.load.supply)  # the yardsticks read the file's beginning, again and again

    def one_round(child):
        if child is None:
            return bench.fresh("rounds", BUSY, tokens)
        return bench.keep("rounds", bench.load.run(child, BUSY, tokens.path)[0])

    passes = bench.passes(bench.options.rounds, lambda number: [
        one_round(child) for child in ordered([raw, nginx, None], number)])
    found = {name: [r for rounds in passes for r in rounds if r.server == name]
             for name in ("raw", "nginx", "ours")}
    bench.data["loaded_mb"] = {child.name: child.rss_kb() / 1024
                               for child in (raw, nginx, tokens.ours)}
    bench.data["links_stored"] = tokens.ours.control("report")["links"]
    compare(bench, found)
    tokens.close()
    for child in (raw, nginx):
        bench.children.stop(child)


def yardsticks(bench, tokens):
    """raw epoll with exactly our answer's bytes, and nginx with its body."""
    answer = load.exchange(tokens.ours, BEARER, tokens.take(1))
    body = answer.partition(b"\r\n\r\n")[2]
    with open(bench.path("answer"), "wb") as file:
        file.write(answer)
    raw = bench.children.raw(bench.path("answer"))
    nginx = bench.children.nginx(body.decode())
    if load.exchange(raw, BEARER, [NOBODY]) != answer:
        raise BenchError("raw epoll does not answer our bytes")
    if load.exchange(nginx, BEARER, [NOBODY]).partition(b"\r\n\r\n")[2] != body:
        raise BenchError("nginx does not answer our body")
    print(f"  the answer: {len(answer)} bytes, {len(body)} of them body")
    return raw, nginx


def compare(bench, found):
    def per_round(value, base):
        return ratios((value(o), value(b)) for o, b in zip(found["ours"], found[base]))

    bench.note("cpu_to_raw", *per_round(lambda r: r.cpu_us, "raw"))
    bench.note("rate_to_raw", *per_round(lambda r: r.rate, "raw"))
    bench.note("rate_to_nginx", *per_round(lambda r: r.rate, "nginx"))
    bench.note("p99_to_raw", *per_round(lambda r: r.p99_us, "raw"))
    bench.data["medians"] = {
        name: {key: median(getattr(r, key) for r in results)
               for key in ("rate", "cpu_us", "p50_us", "p99_us", "p999_us")}
        for name, results in found.items()}


def measure_connections(bench):
    """More connections than one batch of events; as many requests at once at a stopped server."""
    counts = [64, 128, 256, 384, 512]
    tokens = bench.tokens("tokens-connections")
    passes = bench.passes(bench.options.repeats, lambda number: [
        bench.fresh("connections", count, tokens) for count in ordered(counts, number)])
    found = {count: [r for rounds in passes for r in rounds if r.connections == count]
             for count in counts}
    unanswered = sum(r["errors"] for r in bench.rounds if r["measure"] == "connections")
    for count in counts[1:]:
        value, remark = ratios((a.rate, b.rate) for a, b in zip(found[count], found[64]))
        p99 = median(r.p99_us for r in found[count]) / 1000
        bench.note(f"connections_{count}", value, f"{remark}; p99 {p99:.1f} ms")
        burst = tokens.take(count)
        unanswered += count - load.stop_and_go(tokens.ours, BEARER, burst)
    bench.note("unanswered", unanswered, "wrk's errors, and bursts at a stopped server")
    tokens.close()


def measure_idle(bench):
    """3,000 connections that wait beside 64 that work."""
    count = bench.options.idle
    tokens = bench.tokens("tokens-idle")
    kept = []

    def one_round(beside):
        tokens.ensure(bench.load.supply)
        waiting = load.open_idle(tokens.ours, beside)
        result = bench.fresh("idle", BUSY, tokens)
        kept.append(load.still_open(waiting) if beside else count)
        for connection in waiting:
            connection.close()
        return result

    def one_pass(number):  # without and with, in this order or the other
        return ordered([one_round(beside) for beside in ordered([0, count], number)], number)

    bench.fresh("idle", BUSY, tokens)  # warm
    passes = bench.passes(2 * bench.options.repeats, one_pass)
    value, remark = ratios((beside.rate, alone.rate) for alone, beside in passes)
    bench.note("idle", value if min(kept) == count else 0,
               f"{remark}; {min(kept):,} of {count:,} were kept open")
    tokens.close()


def measure_pending(bench):
    """The same exchange with few and with many tokens pending, their number held by a feeder."""
    servers = []
    for count in (1000, bench.options.store):
        ours = bench.children.ours(BEARER, name=f"ours-{count}")
        tokens, pipe = bench.path(f"tokens-{count}"), bench.path(f"pipe-{count}")
        ours.control("mint", count, tokens)
        os.mkfifo(pipe)
        ours.feed(pipe, tokens, bench.client_cpu)
        servers.append((ours, pipe))
        bench.load.run_fed(ours, BUSY, pipe)  # warm

    def one_pass(number):  # few and many, in this order or the other
        return ordered([bench.keep("pending", bench.load.run_fed(ours, BUSY, pipe))
                        for ours, pipe in ordered(servers, number)], number)

    passes = bench.passes(bench.options.rounds, one_pass)
    value, remark = ratios((many.cpu_us, few.cpu_us) for few, many in passes)
    bench.note("pending", value, f"{remark}; {median(few.cpu_us for few, _ in passes):.1f} us "
               "with 1,000" + other_size(bench))
    for ours, _ in servers:
        bench.children.stop(ours)


def measure_store(bench):
    """Memory of a stored link, and the worst insert, while a store grows to its size."""
    count = bench.options.store
    growths, pending = [], 0
    for number in range(bench.options.growths):
        grown, pending = grow(bench, f"ours-grown-{number}", "mint", count, "/dev/null")
        growths.append(grown)
    grown, connected = grow(bench, "ours-grown", "grow", count)
    growths.append(grown)
    wall = " ".join(f"{grown['worst_ns'] / 1e6:.2f}" for grown in growths)
    bench.note("link_bytes", connected, f"connected; {pending:.0f} pending with its session"
               + other_size(bench))
    # A pause of ours comes with every growth, one of the machine does not: the smallest worst.
    bench.note("pause_ms", min(grown["worst_cpu_ns"] for grown in growths) / 1e6,
               f"thread's own time, best of {len(growths)} growths; by the wall's clock {wall}"
               + other_size(bench))


def grow(bench, name, *command):
    """Has a fresh server add links; returns what it says and the bytes a link."""
    ours = bench.children.ours(BEARER, name=name)
    before = ours.rss_kb()
    grown = ours.control(*command)
    size = (ours.rss_kb() - before) * 1024 / bench.options.store
    bench.children.stop(ours)
    return grown, size


def other_size(bench):
    return "" if bench.options.store == 1000000 else f"; WITH {bench.options.store:,} ONLY"


def measure_start(bench):
    """From exec to the first good answer, and the memory of a server that has nothing to do."""
    with open(bench.path("answer"), "wb") as file:
        file.write(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}")
    starters = {"raw": lambda: bench.children.raw(bench.path("answer")),
                "nginx": lambda: bench.children.nginx("{}"),
                "ours": bench.children.release}
    times = {name: [] for name in starters}
    memory = {name: [] for name in starters}
    for number in range(bench.options.starts):
        for name in ordered(list(starters), number):
            child = starters[name]()
            if get(child, "/livez")[9:12] not in (b"200", b"201"):
                child.fail("is not alive")
            times[name].append((load.now_ns() - child.exec_ns) / 1e6)
            memory[name].append(child.rss_kb() / 1024)
            bench.children.stop(child)
    bench.data["start_ms"] = {name: median(values) for name, values in times.items()}
    bench.data["idle_mb"] = {name: median(values) for name, values in memory.items()}
    ours = times["ours"]
    bench.note("start_ms", median(ours),
               f"median of {len(ours)}: {min(ours):.1f} to {max(ours):.1f}")
    bench.note("idle_mb", median(memory["ours"]))


def measure_instructions(bench):
    """Two runs under callgrind that differ by 1,000 exchanges on one connection."""
    few, many = 200, 1200
    wrapper = ["valgrind", "--tool=callgrind", "--quiet"]
    profiles = {}
    for count in (few, many):
        profile = bench.path(f"callgrind-{count}")
        ours = bench.children.ours(BEARER, name=f"ours-callgrind-{count}",
                                   wrapper=[*wrapper, f"--callgrind-out-file={profile}"])
        ours.control("mint", many, bench.path(f"tokens-callgrind-{count}"))
        with open(bench.path(f"tokens-callgrind-{count}")) as tokens:
            load.exchange(ours, BEARER, tokens.read().split()[:count])
        if ours.connected() != count:
            ours.fail(f"connected {ours.connected()} links instead of {count}")
        bench.children.stop(ours)
        profiles[count] = Profile(profile)
    found = account(profiles[many].minus(profiles[few]), "bench_server", many - few)
    bench.data["instructions"] = found
    for name in ("own_code", "jansson", "libraries_called_by_both", "dispatch_inclusive",
                 "everything"):
        print(f"  {name.replace('_', ' '):26}{found[name]:10,.0f}")
    print("  most of it in:", ", ".join(f"{name} {cost:,}" for name, cost in
                                        list(found["top_everywhere"].items())[:6]))
    bench.note("instructions", found["counted"], "own code, jansson, and the libraries they call")


def print_servers(bench):
    """What each server reached in the rounds, beside its start and its memory."""
    table = []
    for name, result in bench.data.get("medians", {}).items():
        start, idle = (bench.data.get(key, {}).get(name) for key in ("start_ms", "idle_mb"))
        table.append([name, f"{result['rate']:,.0f}", f"{result['cpu_us']:.1f}",
                      f"{result['p50_us'] / 1000:.2f}", f"{result['p99_us'] / 1000:.2f}",
                      f"{idle:.1f}" if idle else "-", f"{bench.data['loaded_mb'][name]:.1f}",
                      f"{start:.1f}" if start else "-"])
    if table:
        print()
        print_columns(table, ["server", "requests/s", "CPU us", "p50 ms", "p99 ms", "idle MB",
                              "loaded MB", "start ms"])
        print(f"(loaded: ours holds {bench.data['links_stored']:,} links; nginx's is of both its "
              "processes)")


MEASURES = {
    "rounds": measure_rounds,
    "connections": measure_connections,
    "idle": measure_idle,
    "pending": measure_pending,
    "store": measure_store,
    "links": scale.measure_links,
    "sync": scale.measure_sync,
    "reset": scale.measure_reset,
    "start": measure_start,
    "instructions": measure_instructions,
}
