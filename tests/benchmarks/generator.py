"""The load: `wrk`, or `autocannon` where npm can bring it. Each connection asks again as soon as it is answered."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import orjson

from services.core.settings import CHECKOUT
from tests.benchmarks.processes import Server, run_on
from tests.benchmarks.queries import Read

BODIES = 1_600  # different requests that one run cycles through
_LUA = """
local requests, turn = {}, 0
function init(arguments)
  for body in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("POST", nil, nil, body)
  end
  turn = math.random(#requests)
end
function request()
  turn = turn % #requests + 1
  return requests[turn]
end
function done(summary, latency, _)
  local errors = summary.errors
  local failed = errors.status + errors.timeout + errors.connect + errors.read + errors.write
  io.write(string.format('\\n{"requests": %d, "seconds": %f, "p50": %d, "p99": %d, "bytes": %d, "failed": %d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99), summary.bytes, failed))
end
"""
_NODE = """
const autocannon = require("autocannon"), fs = require("fs")
const [url, bodies, seconds, connections, headers] = process.argv.slice(2)
const requests = fs.readFileSync(bodies, "utf8").trim().split("\\n").map((body) => ({ method: "POST", body }))
const load = { duration: +seconds, connections: +connections, timeout: 60, headers: JSON.parse(headers) }
autocannon({ url, requests, ...load }, (error, r) => {
  if (error) throw error
  console.log(JSON.stringify({ requests: r.requests.total, seconds: r.duration, p50: r.latency.p50 * 1000,
    p99: r.latency.p99 * 1000, bytes: r.throughput.total, failed: r.errors + r.timeouts + r.non2xx }))
})
"""


@dataclass(frozen=True)
class Result:
    """What the load saw in one run."""

    requests: int
    seconds: float
    p50: float  # µs
    p99: float  # µs
    bytes: int
    failed: int


class Generator:
    """Runs the load on a core. Its scripts and the requests' bodies are files in `home`."""

    def __init__(self, home: Path, core: int) -> None:
        self._home = home
        self._core = core
        self._wrk = shutil.which("wrk")
        self._node = shutil.which("node")
        if self._wrk is None and not self._install():
            raise SystemExit("The benchmark needs wrk (Debian, Homebrew: wrk), or npm to install autocannon.")
        (home / "load.lua").write_text(_LUA)
        (home / "load.cjs").write_text(_NODE)

    @property
    def name(self) -> str:
        """Which program makes the load."""
        return "wrk" if self._wrk else "autocannon"

    def _install(self) -> bool:
        npm = shutil.which("npm")
        if npm is None or self._node is None:
            return False
        command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(self._home), "autocannon"]
        return subprocess.run(command, check=False).returncode == 0

    def run(self, server: Server, read: Read, seconds: float) -> Result:
        """Load a server with a read for some seconds."""
        bodies = self._home / f"{read.name}.bodies"
        bodies.write_bytes(b"\n".join(read.body(variables) for variables in read.variables[:BODIES]) + b"\n")
        headers = {"Content-Type": "application/json", **read.headers}
        whole, connections = f"{max(1, round(seconds))}", str(read.connections)
        if self._wrk:
            options = ["-t1", f"-c{connections}", f"-d{whole}s", "--timeout", "60s", "-s", str(self._home / "load.lua")]
            said = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
            command = [self._wrk, *options, *said, server.url, "--", str(bodies)]
        else:
            assert self._node
            script = str(self._home / "load.cjs")
            command = [self._node, script, server.url, str(bodies), whole, connections, orjson.dumps(headers).decode()]
        environment = os.environ | {"NODE_PATH": str(self._home / "node_modules")}
        running = run_on(self._core, command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE)
        try:
            output, _ = running.communicate(timeout=seconds + 120)
        finally:
            if running.poll() is None:
                running.kill()
                running.wait()
        result = Result(**orjson.loads(output.strip().splitlines()[-1]))
        if result.failed:
            raise SystemExit(f"{server.name} failed {result.failed} of {result.requests} requests of {read.name}.")
        return result
