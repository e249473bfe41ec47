import { runProgram } from './run-program.ts';
import { LOCALSTACK_VERSION, settingsWith } from './settings.ts';
import { untilHealthy } from './until-answered.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns whether a Docker daemon answers. */
export async function hasDocker(env: Environment): Promise<boolean> {
  return (await runProgram('docker', ['version', '--format', '{{.Server.Version}}'], { env })).exitCode === 0;
}

/**
 * Starts the official image of LocalStack in Docker, on the loopback interface.
 *
 * @throws Error if Docker cannot run it
 */
export async function startLocalStackContainer({
  port,
  env,
}: {
  readonly port: number;
  readonly env: Environment;
}): Promise<{ readonly stop: () => Promise<void> }> {
  const { exitCode, stdout, stderr } = await runProgram('docker', containerArguments(port, settingsWith(env)), { env });
  if (exitCode !== 0) throw new Error(`Cannot start LocalStack in Docker: ${stderr.trim().split('\n').at(-1)}`);
  const container = stdout.trim();
  const stop = async (): Promise<void> => {
    await runProgram('docker', ['stop', '--time', '15', container], { env });
  };
  // `docker wait` ends with the container.
  const ended = runProgram('docker', ['wait', container], { env }).then(() => 'its container has ended');
  try {
    await untilHealthy(port, ended);
  } catch (cause) {
    await stop();
    throw new Error(`Cannot start LocalStack in Docker: ${String(cause)}`, { cause });
  }
  return { stop };
}

/** Returns the arguments of `docker` that start it. */
export function containerArguments(port: number, settings: Readonly<Record<string, string>>): readonly string[] {
  return [
    'run',
    '--detach',
    '--rm',
    '--publish',
    `127.0.0.1:${port}:4566`,
    // LocalStack runs each function in a container of its own.
    '--volume',
    '/var/run/docker.sock:/var/run/docker.sock',
    ...Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    `localstack/localstack:${LOCALSTACK_VERSION}`,
  ];
}
