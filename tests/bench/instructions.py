# SPDX-License-Identifier: MIT
"""Reads a callgrind profile and says how many instructions are ours.

Counted as ours: every instruction of our executable and of libjansson, and all that a call from
either into another library costs (malloc, memcpy, the lock, clock_gettime, poll). Left out: what
libmicrohttpd executes and what it calls itself; calls from us into libmicrohttpd count nothing,
calls from it into us count fully. So the sum is the cost of an exchange less that of the HTTP
library.
"""

import collections
import os
import re

NAME = re.compile(r"\((\d+)\)(?: (.*))?")


class Profile:
    """Self cost by (object, function), and inclusive cost of calls by (caller, callee)."""

    def __init__(self, path):
        self.self_cost = collections.Counter()
        self.call_cost = collections.Counter()
        self._names = {"ob": {}, "fn": {}}
        with open(path) as lines:
            self._read(lines)

    def _name(self, kind, text):
        """Names are written once, as "(7) name", and after that as "(7)"."""
        number, name = NAME.match(text).groups()
        if name is not None:
            self._names[kind][number] = name
        return self._names[kind][number]

    def _read(self, lines):
        here = there = ("", "")
        called = False
        for line in lines:
            key, equals, value = line.rstrip("\n").partition("=")
            if key == "ob":
                here = (os.path.basename(self._name("ob", value)), here[1])
            elif key == "fn":
                here = (here[0], self._name("fn", value))
                there = (here[0], "")
            elif key == "cob":
                there = (os.path.basename(self._name("ob", value)), there[1])
            elif key == "cfn":
                there = (there[0], self._name("fn", value))
            elif key == "calls":
                called = True
            elif not equals and line[:1] in "0123456789+-*" and " " in line:
                cost = int(line.split()[1])
                if called:
                    self.call_cost[here, there] += cost
                    called, there = False, (here[0], "")
                else:
                    self.self_cost[here] += cost

    def minus(self, other):
        """What this run did beyond the other."""
        self.self_cost.subtract(other.self_cost)
        self.call_cost.subtract(other.call_cost)
        return self

    def inclusive(self, function):
        """Cost of a function and of all it calls; 0 when it is not there (or inlined)."""
        return (sum(cost for (_, name), cost in self.self_cost.items() if name == function)
                + sum(cost for ((_, name), _), cost in self.call_cost.items() if name == function))


def is_ours(place, program):
    return place[0] == program or place[0].startswith("libjansson")


def is_microhttpd(place):
    return place[0].startswith("libmicrohttpd")


def account(profile, program, exchanges):
    """Instructions per exchange, by where they are spent; `counted` is the budget's figure."""
    own, jansson, helpers, all_objects = 0, 0, 0, 0
    for (library, _), cost in profile.self_cost.items():
        all_objects += cost
        own += cost if library == program else 0
        jansson += cost if library.startswith("libjansson") else 0
    called = collections.Counter()
    for (caller, callee), cost in profile.call_cost.items():
        if is_ours(caller, program) and not is_ours(callee, program) and not is_microhttpd(callee):
            helpers += cost
            called[callee[1]] += cost
    places = collections.Counter(profile.self_cost)

    def top(counter):
        return {name: round(cost / exchanges) for name, cost in counter.most_common(15)}

    return {
        "counted": (own + jansson + helpers) / exchanges,
        "own_code": own / exchanges,
        "jansson": jansson / exchanges,
        "libraries_called_by_both": helpers / exchanges,
        "dispatch_inclusive": profile.inclusive("mk_api_dispatch") / exchanges,
        "everything": all_objects / exchanges,
        "top_own": top(collections.Counter({
            name: cost for (library, name), cost in places.items() if library == program})),
        "top_calls": top(called),
        "top_everywhere": top(collections.Counter({
            f"{library}:{name}": cost for (library, name), cost in places.items()})),
    }
