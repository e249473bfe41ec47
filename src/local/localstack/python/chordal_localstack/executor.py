"""The interface between LocalStack and the processes of functions."""

import json
import logging
import math
import os
import shutil
import subprocess
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from localstack import config
from localstack.aws.api.lambda_ import LogFormat, PackageType
from localstack.runtime import events
from localstack.services.lambda_.invocation.executor_endpoint import StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from chordal_localstack.function_process import Ended, FunctionProcess

LOG = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
# The command of a function's process: Node.js and the module that serves its invocations.
COMMAND = json.loads(os.environ.get("CHORDAL_FUNCTION_COMMAND", "[]"))
# The number in Lambda's own error message: 6 MB and a little more.
MAX_RESPONSE_BYTES = 6_291_556


class NodeProcessExecutor(RuntimeExecutor):
    """
    An execution environment of one version of a Node.js function. LocalStack gives it one invocation at a time, and may
    stop it from another thread meanwhile.
    """

    def __init__(self, id: str, function_version: FunctionVersion) -> None:
        super().__init__(id=id, function_version=function_version)
        self._config = function_version.config
        self._folder = Path(tempfile.mkdtemp(prefix=f"{function_version.id.function_name}-"))
        self._env: dict[str, str] = {}
        self._settings: dict = {}
        self._process: FunctionProcess | None = None
        self._lock = threading.Lock()
        self._is_invoking = False
        self._is_stopped = False

    def start(self, env_vars: dict[str, str]) -> None:
        task_root = self._folder / "task"
        # Hard links: LocalStack deletes its own copy when the function changes, while this version may still run.
        shutil.copytree(self._config.code.get_unzipped_code_location(), task_root, copy_function=link_or_copy)
        (self._folder / "tmp").mkdir()
        self._env = self._environment(env_vars, task_root)
        self._settings = self._function_settings(task_root)
        error = self._launch(time.monotonic() + config.LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT)
        if error is not None:
            raise StatusErrorException("The handler does not load", payload=json.dumps(error).encode())

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        request_id = payload["invoke-id"]
        started_at = time.monotonic()
        with self._lock:
            self._is_invoking = True
        try:
            reply = self._reply_to(request_id, payload)
            logs = self._log_lines(request_id, reply, time.monotonic() - started_at)
        finally:
            with self._lock:
                self._is_invoking = False
                is_stopped = self._is_stopped
            if is_stopped:
                self._remove()
        error = reply.get("error")
        body = reply["value"] if error is None else json.dumps(error)
        return InvocationResult(request_id, body.encode(), is_error=error is not None, logs=logs)

    def stop(self) -> None:
        """Ends the process. An invocation in progress finishes first, as on Lambda, unless LocalStack itself stops."""
        with self._lock:
            self._is_stopped = True
            if self._is_invoking and not events.infra_stopping.is_set():
                return
        self._remove()

    def get_address(self) -> str:
        return LOOPBACK

    def get_endpoint_from_executor(self) -> str:
        return LOOPBACK

    def get_runtime_endpoint(self) -> str:
        # The process never connects to it.
        return f"http://{LOOPBACK}:{config.GATEWAY_LISTEN[0].port}/_localstack_lambda/{self.id}"

    def get_logs(self) -> str:
        return ""

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        package_type, runtime = function_version.config.package_type, str(function_version.config.runtime)
        if package_type != PackageType.Zip or not runtime.startswith("nodejs"):
            raise NotImplementedError(f"Cannot run a function of {runtime}: only zipped functions of Node.js run here")
        function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        # Each executor removes its own folder.
        pass

    @classmethod
    def validate_environment(cls) -> bool:
        if COMMAND == []:
            LOG.warning("Cannot run functions: CHORDAL_FUNCTION_COMMAND is not set")
            return False
        try:
            subprocess.run([COMMAND[0], "--version"], capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            LOG.warning("Cannot run functions on %s: %s", COMMAND[0], error)
            return False
        return True

    def _environment(self, given: dict[str, str], task_root: Path) -> dict[str, str]:
        """Lambda's variables and those of the function. LocalStack's own stay out."""
        defaults = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "en_US.UTF-8", "TMPDIR": str(self._folder / "tmp")}
        fixed = {"AWS_EXECUTION_ENV": f"AWS_Lambda_{self._config.runtime}", "LAMBDA_TASK_ROOT": str(task_root)}
        return {name: str(value) for name, value in {**defaults, **given, **fixed}.items()}

    def _function_settings(self, task_root: Path) -> dict:
        """Returns the facts of a function that its process needs."""
        logging_config = self._config.logging_config
        return {
            "root": str(task_root),
            "handler": self._config.handler,
            "functionName": self.function_version.id.function_name,
            "functionVersion": self.function_version.id.qualifier,
            "memoryMb": self._config.memory_size,
            "logGroupName": self._env["AWS_LAMBDA_LOG_GROUP_NAME"],
            "logStreamName": self._env["AWS_LAMBDA_LOG_STREAM_NAME"],
            "logsJson": logging_config.get("LogFormat") == LogFormat.JSON,
            "logLevel": logging_config.get("ApplicationLogLevel", "TRACE"),
        }

    def _launch(self, deadline: float) -> dict | None:
        """Starts a process. Returns the error if the handler does not load."""
        with self._lock:
            if self._is_stopped and not self._is_invoking:
                raise Ended("Stopped during its start")
            self._process = FunctionProcess(COMMAND, self._settings, self._env, Path(self._settings["root"]))
        try:
            error = self._process.wait_until_loaded(deadline).get("error")
        except TimeoutError:
            self._process.kill()
            raise
        except Ended as ended:
            error = lambda_error("Runtime.ExitError", str(ended))["error"]
        if error is not None:
            LOG.warning("%s does not load: %s", self._settings["functionName"], self._process.take_output().rstrip())
        return error

    def _reply_to(self, request_id: str, payload: dict[str, str]) -> dict:
        timeout = self._config.timeout
        deadline = time.monotonic() + timeout
        request = {
            "requestId": request_id,
            "arn": payload["invoked-function-arn"],
            "deadlineAt": int((time.time() + timeout) * 1000),
            "event": payload["payload"],
        }
        try:
            # A process that ended is replaced within the time of the next invocation, as on Lambda.
            if not self._process.is_running and (error := self._launch(deadline)) is not None:
                return {"error": error}
            reply = self._process.request(request, deadline)
        except TimeoutError:
            self._process.kill()
            reason = f"RequestId: {request_id} Error: Task timed out after {timeout:.2f} seconds"
            return lambda_error("Sandbox.Timedout", reason)
        except Ended as ended:
            return lambda_error("Runtime.ExitError", f"RequestId: {request_id} Error: {ended}")
        if len(reply.get("value", "").encode()) > MAX_RESPONSE_BYTES:
            reason = f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
            return lambda_error("Function.ResponseSizeTooLarge", reason)
        return reply

    def _log_lines(self, request_id: str, reply: dict, seconds: float) -> str:
        """Returns the lines of an invocation for CloudWatch Logs."""
        lines = [self._process.take_output().rstrip("\n")]
        error = reply.get("error")
        # The process itself logs an error that has a trace.
        if error is not None and "trace" not in error:
            lines.append(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {error['errorMessage']}")
        # In JSON, Lambda's own lines are of a level that the stacks of this project leave out.
        if not self._settings["logsJson"]:
            ms = seconds * 1000
            lines = [
                f"START RequestId: {request_id} Version: {self._settings['functionVersion']}",
                *lines,
                f"END RequestId: {request_id}",
                f"REPORT RequestId: {request_id}\tDuration: {ms:.2f} ms\tBilled Duration: {math.ceil(ms)} ms\t"
                f"Memory Size: {self._settings['memoryMb']} MB",
            ]
        return "".join(f"{line}\n" for line in lines if line != "")

    def _remove(self) -> None:
        if self._process is not None:
            self._process.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


def lambda_error(error_type: str, message: str) -> dict:
    """A reply for a failure that the process could not report itself. It has no trace."""
    return {"error": {"errorType": error_type, "errorMessage": message}}


def link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
