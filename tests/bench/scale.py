# SPDX-License-Identifier: MIT
"""Measures of size: many links in one world, and a link with many transactions."""

import random
import threading
import time
from statistics import median

import load
from servers import connect

ASKED = 20000  # different links that GET /links/{id} is asked for
PAGE = 5000  # links a page
ROWS = 10000  # of user_large
SYNC_PAGE = 100
RESET_LINKS = 100000
AFTERWARDS = 0.5  # seconds, in which what was thrown away is freed


def measure_links(bench):
    """1,000,000 connected links: paging through them, reading one, and the main job beside them."""
    few, many = (grown(bench, count) for count in (1000, bench.options.store))
    page_through(bench, many)
    compare(bench, "links_get", few, many, lambda side, connections: bench.load.run_links(
        side.tokens.ours, connections, side.ids))
    compare(bench, "links_exchange", few, many, lambda side, connections: bench.fresh(
        "links_exchange", connections, side.tokens))
    for side in (few, many):
        side.tokens.close()


class Side:
    """A server with so many links, and a file with the ids of some of them."""

    def __init__(self, count, tokens, ids):
        self.count, self.tokens, self.ids = count, tokens, ids
        self.pages = []


def grown(bench, count):
    side = Side(count, bench.tokens(f"tokens-links-{count}"), bench.path(f"ids-{count}"))
    side.tokens.ours.control("grow", count)
    side.listed = list(list_links(bench, side))
    ids = sorted(set(side.listed))
    with open(side.ids, "w") as file:
        file.writelines(link + "\n" for link in random.Random(1).sample(ids, min(ASKED, len(ids))))
    return side


def list_links(bench, side):
    """Every id that GET /links pages through; notes what each page cost the server."""
    ours, cursor = side.tokens.ours, ""
    with connect(ours) as connection:
        connection.settimeout(60)
        while True:
            before = ours.times()[0]
            page = load.ask(connection, ours, bench.load.bearer, "GET",
                            f"/links?limit={PAGE}&cursor={cursor}")
            side.pages.append(ours.times()[0] - before)
            yield from (link["link_id"] for link in page["links"])
            cursor = page["next_cursor"]
            if not cursor:
                return


def page_through(bench, side):
    lost = abs(len(side.listed) - side.count) + len(side.listed) - len(set(side.listed))
    bench.note("links_lost", lost, f"of {side.count:,}")
    whole = side.pages[:side.count // PAGE]
    value, remark = last_to_first(whole)
    bench.note("links_page", value, f"{remark} for {PAGE:,} links")


def last_to_first(costs):
    """The last quarter's median against the first's."""
    quarter = max(1, len(costs) // 4)
    first, last = median(costs[:quarter]), median(costs[-quarter:])
    return last / first, f"{last / 1e6:.2f} ms against {first / 1e6:.2f} ms"


def compare(bench, key, few, many, run):
    """Latency of one caller; what many at once cost the server stands beside it."""
    latency, remark = ratios(bench, few, many, lambda side: run(side, 1), "p50_us")
    cpu, _ = ratios(bench, few, many, lambda side: run(side, 16), "cpu_us")
    bench.note(key, latency, f"{remark}; CPU of 16 at once {cpu:.2f}"
               + ("" if many.count == 1000000 else f"; WITH {many.count:,} ONLY"))


def ratios(bench, few, many, run, figure):
    run(few), run(many)  # warm

    def one_pass(number):
        sides = [few, many] if number % 2 == 0 else [many, few]
        rounds = [run(side) for side in sides]
        return rounds if number % 2 == 0 else rounds[::-1]

    passes = bench.passes(bench.options.rounds, one_pass)
    each = [getattr(b, figure) / getattr(a, figure) for a, b in passes]
    return median(each), f"{min(each):.2f} to {max(each):.2f}"


def measure_sync(bench):
    """user_large: 10,000 transactions synced page by page."""
    ours = bench.children.ours(bench.load.bearer, name="ours-sync")
    costs, lost = [], 0
    with connect(ours) as connection:
        connection.settimeout(60)
        link = make_link(bench, ours, connection, "user_large")
        for _ in range(bench.options.rounds):
            pages, rows = sync(bench, ours, connection, link)
            costs.append(pages)
            lost += abs(ROWS - len(rows)) + len(rows) - len(set(rows))
    typical = [median(costs_of_page) for costs_of_page in zip(*costs)]
    value, remark = last_to_first(typical)
    bench.note("sync_page", value, f"{remark} for {SYNC_PAGE} rows")
    bench.note("sync_lost", lost)
    bench.children.stop(ours)


def make_link(bench, ours, connection, username):
    def ask(target, body):
        return load.ask(connection, ours, bench.load.bearer, "POST", target, body)

    session = ask("/link-session", {"customer_user": {"id": "bench"},
                                    "redirect_uri": "http://localhost:3000"})
    done = ask("/sandbox/connect", {**session, "username": username})
    return ask("/link-session/exchange-token",
               {"exchangeable_token": done["exchangeable_token"]})["link_id"]


def sync(bench, ours, connection, link):
    """The cost of each page, and the ids."""
    pages, rows, cursor, more = [], [], "", True
    while more:
        before = ours.times()[0]
        page = load.ask(connection, ours, bench.load.bearer, "GET",
                        f"/links/{link}/transactions/sync?size={SYNC_PAGE}&cursor={cursor}")
        pages.append(ours.times()[0] - before)
        rows += [row["transaction_id"] for row in page["transactions"]["created"]]
        cursor, more = page["cursor"]["next"], page["has_more"]
    return pages, rows


def measure_reset(bench):
    """POST /sandbox/reset of a world of 100,000 links, and another world's calls meanwhile."""
    ours = bench.children.ours(bench.load.bearer, name="ours-reset")
    spans, pauses = [], []
    for _ in range(bench.options.repeats):
        ours.control("grow", RESET_LINKS)
        with Neighbour(ours) as neighbour:
            spans.append(reset(bench, ours))
            time.sleep(AFTERWARDS)
        pauses.append(neighbour.worst)
    for key, values in (("reset_ms", spans), ("reset_others_ms", pauses)):
        bench.note(key, 1000 * median(values),
                   f"{1000 * min(values):.2f} to {1000 * max(values):.2f}")
    bench.children.stop(ours)


def reset(bench, ours):
    with connect(ours) as connection:
        connection.settimeout(60)
        load.ask(connection, ours, bench.load.bearer, "GET", "/sandbox/clock")  # warm
        start = time.perf_counter()
        load.send(connection, ours, bench.load.bearer, "POST", "/sandbox/reset")
        return time.perf_counter() - start


class Neighbour:
    """Another client that calls without a break; `worst` is its longest call, in seconds."""

    def __init__(self, ours):
        self.ours, self.worst, self.running = ours, 0, True
        self.thread = threading.Thread(target=self.call)

    def __enter__(self):
        self.thread.start()
        time.sleep(0.1)
        self.worst = 0
        return self

    def __exit__(self, *_):
        self.running = False
        self.thread.join()

    def call(self):
        with connect(self.ours) as connection:
            connection.settimeout(60)
            while self.running:
                start = time.perf_counter()
                load.send_keyed(connection, self.ours, "neighbour", "GET", "/links")
                self.worst = max(self.worst, time.perf_counter() - start)
