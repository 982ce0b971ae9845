# SPDX-License-Identifier: MIT
"""The servers under test: starting, pinning, asking, measuring and ending them.

Every child is started through `spawn`, is pinned to one CPU, dies with the bench (PR_SET_PDEATHSIG)
and is ended by `Child.stop`, which `Children.close` calls for all that are left.
"""

import ctypes
import json
import os
import re
import resource
import signal
import socket
import subprocess
import time

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1
TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
ADDRESS = re.compile(rb"127\.0\.0\.1:(\d+)")


class BenchError(Exception):
    """Something that makes going on pointless; shown as one line."""


class Child:
    """A process and, when `port` is set, the HTTP server in it."""

    def __init__(self, name, command, cpu, folder, stdin=None, cwd=None):
        self.name = name
        self.log = os.path.join(folder, f"{name}.log")
        self.port = None
        self.helpers = set()  # threads that only the bench needs: not on the server's account
        exec_read, exec_write = os.pipe()

        def before_exec():
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            os.sched_setaffinity(0, {cpu})
            hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            os.write(exec_write, str(time.monotonic_ns()).encode())

        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                cwd=cwd, preexec_fn=before_exec, pass_fds=[exec_write],
                env=dict(os.environ, XDG_STATE_HOME=folder))  # keys are not the developer's
        os.close(exec_write)
        self.exec_ns = int(os.read(exec_read, 32))
        os.close(exec_read)

    def fail(self, what):
        with open(self.log, errors="replace") as log:
            tail = log.read()[-1000:].strip()
        raise BenchError(f"{self.name}: {what}" + (f"; it said: {tail}" if tail else ""))

    def read_port(self):
        """Reads standard output up to the line with the bound address."""
        while self.port is None:
            line = self.process.stdout.readline()
            if not line:
                self.fail(f"ended with status {self.process.wait()} before it printed its address")
            found = ADDRESS.search(line)
            self.port = int(found.group(1)) if found else None

    def pids(self):
        """The process and its children: nginx does its work in one."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as children:
            return [self.process.pid] + [int(pid) for pid in children.read().split()]

    def tasks(self):
        return {task for pid in self.pids() for task in tasks_of(pid)}

    def times(self):
        """Time on the CPU (user and system) and time spent waiting for it, so far, in ns."""
        return task_times(self.tasks() - self.helpers)

    def rss_kb(self):
        return sum(status_kb(pid, "VmRSS") for pid in self.pids())

    def running(self):
        return self.process.poll() is None

    def stop(self):
        """Ends the process and returns its exit status."""
        if self.running():
            self.process.terminate()
        try:
            status = self.process.wait(timeout=8)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.process.stdout.close()
        if self.process.stdin:
            self.process.stdin.close()
        return status


class Ours(Child):
    """bench_server: the real server with a control pipe (see bench_server.c)."""

    def __init__(self, name, command, cpu, folder):
        super().__init__(name, command, cpu, folder, stdin=subprocess.PIPE)

    def control(self, *words):
        """Sends one command and returns its answer, a JSON object."""
        try:
            self.process.stdin.write((" ".join(map(str, words)) + "\n").encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            self.fail("is gone")
        line = self.process.stdout.readline()
        if not line:
            self.fail(f"ended at the command {words[0]!r}")
        answer = json.loads(line)
        if "error" in answer:
            self.fail(answer["error"])
        return answer

    def connected(self):
        """Number of links whose token was exchanged."""
        return self.control("report")["connected"]

    def stop(self):
        """The end of its standard input ends it as SIGTERM ends the real one."""
        if self.running():
            self.process.stdin.close()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                pass
        return super().stop()

    def feed(self, pipe, tokens, cpu):
        """Has a helper thread, kept off the server's CPU and its account, supply the pipe."""
        task = self.control("feed", pipe, tokens)["task"]
        os.sched_setaffinity(task, {cpu})
        self.helpers.add(task)


def tasks_of(pid):
    return [int(task) for task in os.listdir(f"/proc/{pid}/task")]


def task_times(tasks):
    """Sums of the tasks' time on the CPU and of their time waiting for it."""
    times = [_times(task) for task in tasks]
    return sum(cpu for cpu, _ in times), sum(waited for _, waited in times)


def _times(task):
    try:
        with open(f"/proc/{task}/schedstat") as stat:
            cpu, waited, _ = stat.read().split()
        return int(cpu), int(waited)
    except FileNotFoundError:  # a kernel without schedstat: clock ticks, and no waiting
        with open(f"/proc/{task}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK_NS, 0


def status_kb(pid, field):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1])
    raise BenchError(f"/proc/{pid}/status has no {field}")


class Children:
    """Starts servers and ends all of them when the bench ends, however it ends."""

    def __init__(self, options, folder, cpu):
        self.options, self.folder, self.cpu = options, folder, cpu
        self.started = []

    def close(self):
        for child in reversed(self.started):
            child.stop()
        self.started.clear()

    def _keep(self, child):
        self.started.append(child)
        return child

    def stop(self, child):
        self.started.remove(child)
        return child.stop()

    def ours(self, bearer, name="ours", wrapper=()):
        program = os.path.join(self.options.build, "bench_server")
        child = self._keep(Ours(name, [*wrapper, program, *server_options(bearer)], self.cpu,
                                self.folder))
        child.read_port()
        child.control("products", self.options.products)
        return child

    def release(self):
        """The binary that users run."""
        child = self._keep(Child("release", [self.options.server, *server_options("bench")],
                                 self.cpu, self.folder))
        child.read_port()
        return child

    def raw(self, answer):
        program = os.path.join(self.options.build, "bench_raw_epoll")
        child = self._keep(Child("raw", [program, answer], self.cpu, self.folder))
        child.read_port()
        return child

    def nginx(self, body):
        if set(body) & set("$'\\"):
            raise BenchError("the answer's body holds a character that nginx.conf cannot quote")
        place = os.path.join(self.folder, "nginx")
        os.makedirs(place, exist_ok=True)
        template = os.path.join(os.path.dirname(os.path.abspath(__file__)), "nginx.conf.in")
        port = free_port()
        with open(template) as source, open(os.path.join(place, "nginx.conf"), "w") as target:
            target.write(source.read().replace("@PORT@", str(port)).replace("@BODY@", body))
        command = ["nginx", "-p", place, "-e", os.path.join(place, "error.log"), "-c", "nginx.conf"]
        child = self._keep(Child("nginx", command, self.cpu, self.folder, cwd=place))
        child.port = port
        return child


def server_options(bearer):
    return ["--listen", "127.0.0.1:0", "--log-level", "warn", "--access-token", bearer]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def connect(child, patience=5.0):
    """A connection to the server, as soon as it listens."""
    end = time.monotonic() + patience
    while True:
        try:
            return socket.create_connection(("127.0.0.1", child.port), timeout=patience)
        except ConnectionRefusedError:
            if not child.running():
                child.fail(f"ended with status {child.process.wait()}")
            if time.monotonic() > end:
                child.fail("does not listen")
            time.sleep(0.0002)


def read_answer(connection):
    """One whole answer, head and body, as bytes."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            raise BenchError("the connection ended inside an answer")
        data += more
    head = data.partition(b"\r\n\r\n")[0]
    field = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    length = int(field.group(1)) if field else 0  # a 204 has none
    while len(data) < len(head) + 4 + length:
        more = connection.recv(65536)
        if not more:
            raise BenchError("the connection ended inside an answer")
        data += more
    return data


def get(child, path):
    with connect(child) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{child.port}\r\n\r\n".encode())
        return read_answer(connection)
