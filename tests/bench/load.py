# SPDX-License-Identifier: MIT
"""Load: wrk rounds with fresh tokens, single exchanges, idle connections, and the gap probe."""

import dataclasses
import json
import os
import selectors
import signal
import socket
import subprocess
import time

from servers import BenchError, connect, read_answer, task_times, tasks_of

HERE = os.path.dirname(os.path.abspath(__file__))
LINE = 37  # a token and its newline
LINKS_MAX = 3000000  # of one server; the sandbox itself stops at 4,000,000
ERRORS = ("connect", "read", "write", "status", "timeout")


@dataclasses.dataclass
class Round:
    """What one run of wrk against one server gave."""

    server: str
    connections: int
    requests: int
    rate: float  # requests a second
    cpu_us: float  # of the server, a request
    p50_us: int
    p90_us: int
    p99_us: int
    p999_us: int
    errors: int  # connections that failed, answers that were not 2xx, requests without an answer
    spoiled: float  # percent of the round that server or wrk waited for a CPU others had
    links: int = 0  # connected meanwhile, ours only

    def fine(self):
        """Every counted answer a 201 and a link; what was under way at the end is not counted."""
        return self.errors == 0 and self.requests <= self.links <= self.requests + self.connections


class Tokens:
    """Our server and a growing file of its tokens, each handed out once."""

    def __init__(self, children, bearer, path):
        self.children, self.bearer, self.path = children, bearer, path
        self.ours = None
        self._start()

    def _start(self):
        self.ours = self.children.ours(self.bearer)
        self.offset = 0
        open(self.path, "w").close()

    def close(self):
        self.children.stop(self.ours)

    def ensure(self, count):
        """Mints so that `count` unused ones are there; a full server gives way to a fresh one."""
        if self.ours.control("report")["links"] + count > LINKS_MAX:
            self.close()
            self._start()
        missing = count - (os.path.getsize(self.path) - self.offset) // LINE
        if missing > 0:
            self.ours.control("mint", missing, self.path)

    def take(self, count):
        self.ensure(count)
        with open(self.path) as file:
            file.seek(self.offset)
            self.offset += count * LINE
            return file.read(count * LINE).split()


class Load:
    """wrk with what never changes; it runs on the CPU of the bench itself."""

    def __init__(self, seconds, bearer, tokens_per_second):
        self.seconds, self.bearer = seconds, bearer
        self.supply = int(seconds * tokens_per_second)

    def run(self, child, connections, path, offset=0, fed=False):
        """One round of exchanges; returns it and the offset behind the tokens it took."""
        return self._run(child, connections, "exchange.lua", [path, str(offset)], fed)

    def run_links(self, child, connections, path):
        """One round of GET /links/{id} with the ids of a file."""
        return self._run(child, connections, "links.lua", [path], fed=False)[0]

    def _run(self, child, connections, script, arguments, fed):
        command = ["wrk", "-t1", f"-c{connections}", f"-d{self.seconds}s", "-s",
                   os.path.join(HERE, script), f"http://127.0.0.1:{child.port}/", "--",
                   *arguments, self.bearer]
        before = child.times()
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as wrk:
            wrk_waited = self._watch(wrk)
            output, complaint = wrk.communicate()
        cpu, waited = (now - then for now, then in zip(child.times(), before))
        if wrk.returncode != 0:
            hint = "; try --tokens-per-second" if wrk.returncode == 3 else ""
            raise BenchError(f"wrk against {child.name}: {complaint.strip()}{hint}")
        if not fed:  # a feeder shares wrk's CPU
            waited = max(waited, wrk_waited)
        return self._read(child, connections, output, cpu, waited)

    def _watch(self, wrk):
        """Waits for wrk; returns how long it waited for a CPU itself, as last seen."""
        waited, end = 0, time.monotonic() + 30 + 3 * self.seconds
        while wrk.poll() is None:
            try:
                waited = task_times(tasks_of(wrk.pid))[1]
            except (FileNotFoundError, ProcessLookupError):
                pass  # it is just ending
            if time.monotonic() > end:
                wrk.kill()
            time.sleep(0.05)
        return waited

    def _read(self, child, connections, output, cpu, waited):
        line = next((line for line in output.splitlines() if line.startswith("exchange ")), None)
        if line is None:
            raise BenchError(f"wrk against {child.name} reported nothing: {output}")
        got = {name: int(value) for name, value in (w.split("=") for w in line.split()[1:])}
        if got["requests"] == 0:
            raise BenchError(f"{child.name} answered nothing at {connections} connections")
        result = Round(child.name, connections, got["requests"],
                       got["requests"] / (got["duration_us"] / 1e6),
                       cpu / 1000 / got["requests"], got["p50"], got["p90"], got["p99"],
                       got["p999"], sum(got[name] for name in ERRORS),
                       waited / 1000 / got["duration_us"] * 100)
        return result, got["next_offset"]

    def run_fresh(self, connections, tokens):
        """A round against our server, each request with a token of its own."""
        tokens.ensure(self.supply)
        before = tokens.ours.connected()
        result, tokens.offset = self.run(tokens.ours, connections, tokens.path, tokens.offset)
        result.links = tokens.ours.connected() - before
        return result

    def run_fed(self, child, connections, pipe):
        """The same with tokens from a pipe that the server itself keeps full."""
        before = child.connected()
        result, _ = self.run(child, connections, pipe, fed=True)
        result.links = child.connected() - before
        return result


def exchange_request(child, bearer, token):
    body = f'{{"exchangeable_token":"{token}"}}'
    return (f"POST /link-session/exchange-token HTTP/1.1\r\nHost: 127.0.0.1:{child.port}\r\n"
            f"Authorization: Bearer {bearer}\r\nmoneykit-version: 2023-02-18\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode()


def ask(connection, child, bearer, method, target, body=None):
    """One API call on a connection of ours; returns its JSON."""
    answer = send(connection, child, bearer, method, target, body)
    return json.loads(answer.partition(b"\r\n\r\n")[2])


def send(connection, child, bearer, method, target, body=None):
    """The same for calls without one; returns the whole answer."""
    return send_as(connection, child, f"Authorization: Bearer {bearer}", method, target, body)


def send_keyed(connection, child, client, method, target):
    """The same with the key headers of another client."""
    return send_as(connection, child, f"X-Client-Id: {client}\r\nX-Client-Secret: secret", method,
                   target)


def send_as(connection, child, credentials, method, target, body=None):
    text = "" if body is None else json.dumps(body)
    connection.sendall(
        f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{child.port}\r\n"
        f"{credentials}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(text)}\r\n\r\n{text}".encode())
    answer = read_answer(connection)
    if not answer.startswith(b"HTTP/1.1 2"):
        raise BenchError(f"{child.name} answered {answer[:2000]!r}")
    return answer


def exchange(child, bearer, tokens):
    """Exchanges the tokens one after the other on one connection; returns the last answer."""
    answer = b""
    with connect(child) as connection:
        connection.settimeout(60)
        for token in tokens:
            connection.sendall(exchange_request(child, bearer, token))
            answer = read_answer(connection)
            if not answer.startswith(b"HTTP/1.1 201 "):
                raise BenchError(f"{child.name} answered {answer[:2000]!r}")
    return answer


def open_idle(child, count):
    """`count` connections that have each had an answer and then wait."""
    connections = []
    request = f"GET /livez HTTP/1.1\r\nHost: 127.0.0.1:{child.port}\r\n\r\n".encode()
    for _ in range(count):
        connection = connect(child)
        connection.sendall(request)
        connections.append(connection)
    for connection in connections:
        read_answer(connection)
    return connections


def still_open(connections):
    """How many of the idle connections the server has kept."""
    count = 0
    for connection in connections:
        connection.setblocking(False)
        try:
            count += connection.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:
            count += 1
        except ConnectionError:
            pass
    return count


def stop_and_go(child, bearer, tokens, patience=5.0):
    """Sends all requests at once to the stopped server, one a connection; returns the 201s."""
    connections = open_idle(child, len(tokens))
    os.kill(child.process.pid, signal.SIGSTOP)
    try:
        for connection, token in zip(connections, tokens):
            connection.sendall(exchange_request(child, bearer, token))
    finally:
        os.kill(child.process.pid, signal.SIGCONT)

    good, end = 0, time.monotonic() + patience
    with selectors.DefaultSelector() as waiting:
        for connection in connections:
            waiting.register(connection, selectors.EVENT_READ)
        while waiting.get_map() and time.monotonic() < end:
            for key, _ in waiting.select(timeout=0.1):
                good += read_answer(key.fileobj).startswith(b"HTTP/1.1 201 ")
                waiting.unregister(key.fileobj)
    for connection in connections:
        connection.close()
    return good


def now_ns():
    return time.monotonic_ns()


def probe_gaps(cpus, seconds):
    """Percent of each CPU's time that somebody else took: a busy loop that counts its own gaps."""
    pipes = []
    for cpu in cpus:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.sched_setaffinity(0, {cpu})
            os.write(write, str(_lost(seconds)).encode())
            os._exit(0)
        os.close(write)
        pipes.append((cpu, child, read))
    lost = {}
    for cpu, child, read in pipes:
        lost[cpu] = float(os.read(read, 64))
        os.close(read)
        os.waitpid(child, 0)
    return lost


def _lost(seconds):
    clock, lost = time.perf_counter, 0.0
    before = start = clock()
    while before - start < seconds:
        now = clock()
        if now - before > 0.0001:
            lost += now - before
        before = now
    return 100 * lost / (before - start)
