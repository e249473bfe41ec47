/** The last release of LocalStack that needs no token. `python/requirements.txt` names the same one. */
export const LOCALSTACK_VERSION = '4.14.0';

/** Settings of LocalStack, wherever it runs. Variables of the user's own environment with these names win. */
const commonSettings: Readonly<Record<string, string>> = {
  // Queue URLs at the address that was asked. The default needs a name server that knows localhost.localstack.cloud.
  SQS_ENDPOINT_STRATEGY: 'dynamic',
  // By default LocalStack takes one batch a second from a queue, and looks at an empty queue every 10 s.
  LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC: '0.02',
  LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC: '0.2',
  // Two requests less for each message. Nothing here reads these metrics.
  SQS_DISABLE_CLOUDWATCH_METRICS: '1',
  DYNAMODB_IN_MEMORY: '1',
  // Functions run on the processor of this machine, with any architecture in serverless.yml.
  LAMBDA_IGNORE_ARCHITECTURE: '1',
  // No statistics to its maker.
  DISABLE_EVENTS: '1',
};

/** Settings of LocalStack as a process of this machine, with all of its files in one folder. */
export function processSettings({
  dir,
  port,
  functionCommand,
}: {
  /** The folder of the installation. */
  readonly dir: string;
  /** The port that it listens on. */
  readonly port: number;
  /** The program that starts a function's process. */
  readonly functionCommand: readonly string[];
}): Readonly<Record<string, string>> {
  return {
    LAMBDA_RUNTIME_EXECUTOR: 'node-process',
    CHORDAL_FUNCTION_COMMAND: JSON.stringify(functionCommand),
    // Inside a container LocalStack would use /var/lib/localstack.
    OVERRIDE_IN_DOCKER: '0',
    HOME: dir,
    TMPDIR: temporaryFolderOf(dir, port),
    FILESYSTEM_ROOT: `${dir}/root`,
    GATEWAY_LISTEN: `127.0.0.1:${port}`,
    // The default server, Twisted, listens on every interface and ignores GATEWAY_LISTEN.
    GATEWAY_SERVER: 'hypercorn',
    // No downloads, and no name server of its own.
    SKIP_SSL_CERT_DOWNLOAD: '1',
    DNS_ADDRESS: '0',
  };
}

/** Returns the folder for the temporary files of the LocalStack that listens on a port. */
export function temporaryFolderOf(dir: string, port: number): string {
  return `${dir}/tmp/${port}`;
}

/** Returns the user's settings of LocalStack, over the common ones. */
export function settingsWith(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const given = Object.keys(commonSettings).flatMap((name) => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  return { ...commonSettings, ...Object.fromEntries(given) };
}
