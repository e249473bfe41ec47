"""The entry point that LocalStack loads for LAMBDA_RUNTIME_EXECUTOR=node-process."""

from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin


class NodeProcessPlugin(RuntimeExecutorPlugin):
    name = "node-process"

    def load(self, *args, **kwargs):
        # The import waits until the first function needs it: LocalStack loads plugins when it starts.
        from chordal_localstack.executor import NodeProcessExecutor

        return NodeProcessExecutor
