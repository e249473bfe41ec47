"""The child process of one execution environment."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path


class Ended(Exception):
    """The process ended before it replied. The message is the one that Lambda shows."""


class FunctionProcess:
    """
    A Node.js process that serves one invocation at a time. Requests and replies are lines of JSON on a pair of sockets.

    The process is stopped (SIGSTOP) while it waits, as Lambda freezes an idle execution environment: a timer that an
    invocation left behind fires during the next one, or never.
    """

    def __init__(self, command: list[str], settings: dict, env: dict[str, str], folder: Path) -> None:
        self._ours, theirs = socket.socketpair()
        # Not a pipe: a reply must not overtake what the function printed before it.
        self._printed = tempfile.TemporaryFile()
        with theirs:
            fd = theirs.fileno()
            self._process = subprocess.Popen(
                [*command, json.dumps({**settings, "socket": fd})],
                cwd=folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=self._printed,
                stderr=subprocess.STDOUT,
                pass_fds=(fd,),
                # A process group of its own, to signal its children too. It stays in LocalStack's session: the kernel
                # sends SIGHUP to the stopped groups that a killed LocalStack leaves behind.
                process_group=0,
            )

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait_until_loaded(self, deadline: float) -> dict:
        """
        Returns the first reply of the process: whether it has loaded its handler.

        :param deadline: a time of `time.monotonic()`
        :raises TimeoutError: the deadline has passed, and the process still runs
        :raises Ended: the process has ended
        """
        return self._reply(deadline)

    def request(self, message: dict, deadline: float) -> dict:
        """Sends a request and returns the reply. Raises the same errors as `wait_until_loaded`."""
        self._signal(signal.SIGCONT)
        self._ours.settimeout(seconds_until(deadline))
        # A process that has ended refuses the request. The read below finds out how it ended.
        with contextlib.suppress(ConnectionError):
            self._ours.sendall(f"{json.dumps(message)}\n".encode())
        return self._reply(deadline)

    def kill(self) -> None:
        """Kills the process and its children. May run while another thread waits for a reply."""
        self._signal(signal.SIGKILL)
        self._process.wait()

    def take_output(self) -> str:
        """Returns what the function has printed since the last call. The process must be stopped or have ended."""
        fd = self._printed.fileno()
        printed = os.pread(fd, os.fstat(fd).st_size, 0)
        os.ftruncate(fd, 0)
        # Parent and child share the position of the file.
        os.lseek(fd, 0, os.SEEK_SET)
        return printed.decode(errors="replace")

    def _reply(self, deadline: float) -> dict:
        reply = json.loads(b"".join(self._parts_of_a_line(deadline)))
        if reply.get("isLast"):
            self.kill()
        else:
            self._signal(signal.SIGSTOP)
        return reply

    def _parts_of_a_line(self, deadline: float) -> Iterator[bytes]:
        part = b""
        while not part.endswith(b"\n"):
            self._ours.settimeout(seconds_until(deadline))
            try:
                part = self._ours.recv(1 << 18)
            except ConnectionError:
                part = b""
            if part == b"":
                self.kill()
                raise Ended(how_it_ended(self._process.returncode))
            yield part

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def seconds_until(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def how_it_ended(code: int) -> str:
    if code < 0:
        return f"Runtime exited with error: signal: {str(signal.strsignal(-code)).lower()}"
    return f"Runtime exited with error: exit status {code}" if code > 0 else "Runtime exited without providing a reason"
