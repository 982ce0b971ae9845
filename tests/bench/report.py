# SPDX-License-Identifier: MIT
"""The budgets of the design, and the table that compares them with what was measured."""

import dataclasses


@dataclasses.dataclass
class Budget:
    """One row; the measures give a value by the same key."""

    key: str
    what: str
    relation: str  # "<=" or ">="
    limit: float
    form: str  # how limit and value are written

    def met(self, value):
        return value <= self.limit if self.relation == "<=" else value >= self.limit


BUDGETS = [
    Budget("cpu_to_raw", "exchange: CPU against raw epoll", "<=", 2.1, "{:.2f}"),
    Budget("rate_to_raw", "exchange: requests/s against raw epoll", ">=", 0.75, "{:.2f}"),
    Budget("rate_to_nginx", "exchange: requests/s against nginx", ">=", 0.80, "{:.2f}"),
    Budget("p99_to_raw", "exchange: p99 against raw epoll", "<=", 2.5, "{:.2f}"),
    Budget("instructions", "own and jansson instructions an exchange", "<=", 25000, "{:,.0f}"),
    Budget("connections_128", "rate at 128 connections against 64", ">=", 0.7, "{:.2f}"),
    Budget("connections_256", "rate at 256 connections against 64", ">=", 0.7, "{:.2f}"),
    Budget("connections_384", "rate at 384 connections against 64", ">=", 0.7, "{:.2f}"),
    Budget("connections_512", "rate at 512 connections against 64", ">=", 0.7, "{:.2f}"),
    Budget("unanswered", "requests without an answer there", "<=", 0, "{:.0f}"),
    Budget("idle", "rate beside 3,000 idle connections", ">=", 0.8, "{:.2f}"),
    Budget("pending", "CPU an exchange, 1,000,000 pending against 1,000", "<=", 1.15, "{:.2f}"),
    Budget("links_exchange", "p50 of an exchange, 1,000,000 links against 1,000", "<=", 1.15,
           "{:.2f}"),
    Budget("links_get", "p50 of GET /links/{id}, 1,000,000 links against 1,000", "<=", 1.15,
           "{:.2f}"),
    Budget("links_page", "CPU a page of GET /links, last against first", "<=", 1.15, "{:.2f}"),
    Budget("links_lost", "links that paging missed or gave twice", "<=", 0, "{:.0f}"),
    Budget("sync_page", "CPU a page of 10,000 synced rows, last against first", "<=", 1.15,
           "{:.2f}"),
    Budget("sync_lost", "rows that the sync missed or gave twice", "<=", 0, "{:.0f}"),
    Budget("reset_ms", "reset of a world of 100,000 links, ms", "<=", 10, "{:.2f}"),
    Budget("reset_others_ms", "longest call of another world meanwhile, ms", "<=", 10, "{:.2f}"),
    Budget("link_bytes", "bytes a stored link at 1,000,000", "<=", 400, "{:.0f}"),
    Budget("pause_ms", "worst pause of an insert up to 1,000,000, ms", "<=", 5, "{:.2f}"),
    Budget("start_ms", "start to first good answer, ms", "<=", 15, "{:.1f}"),
    Budget("idle_mb", "resident memory idle, MB", "<=", 12, "{:.1f}"),
    Budget("false_rounds", "rounds with an answer that is not a 201 and a link", "<=", 0, "{:.0f}"),
]


def rows(values, details):
    """(what, budget, measured, verdict, detail) of every budget that was measured."""
    for budget in BUDGETS:
        if budget.key in values:
            value = values[budget.key]
            yield (budget.what, f"{budget.relation} {budget.form.format(budget.limit)}",
                   budget.form.format(value), "pass" if budget.met(value) else "FAIL",
                   details.get(budget.key, ""))


def print_columns(table, head):
    table = [head, *([str(cell) for cell in row] for row in table)]
    widths = [max(len(row[i]) for row in table) for i in range(len(head))]
    for number, row in enumerate(table):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def print_verdict(values, details):
    """Prints the table; returns how many budgets were missed."""
    table = list(rows(values, details))
    print()
    print_columns(table, ["what", "budget", "measured", "", "detail"])
    missed = sum(row[3] == "FAIL" for row in table)
    print(f"\n{len(table) - missed} of {len(table)} budgets met")
    return missed
