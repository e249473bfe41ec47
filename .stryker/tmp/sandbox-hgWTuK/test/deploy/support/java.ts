import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from './run.ts';
import { freePort, startServer } from './server.ts';

/** Where the Java emulators are, or why there are none. */
export type Java = { readonly lib: string } | { readonly missing: string };

/** A server, and how to end it. */
export interface JavaServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Fetches DynamoDB Local and ElasticMQ with Maven, when they are first needed, and again when `pom.xml` changes. */
export async function prepareJava(): Promise<Java> {
  const pom = join(import.meta.dirname, 'java', 'pom.xml');
  const dir = resolve('.chordal/java');
  const lib = join(dir, 'lib');
  const made = join(dir, 'pom.xml');
  const wanted = await readFile(pom, 'utf8');
  if (existsSync(made) && (await readFile(made, 'utf8')) === wanted) return { lib };
  const found = await run('mvn', ['--version']).catch(() => undefined);
  if (found?.exitCode !== 0) return { missing: 'there is no Java with Maven' };
  await rm(dir, { recursive: true, force: true });
  const fetched = await run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${lib}`]);
  if (fetched.exitCode !== 0)
    return { missing: `its packages cannot be fetched: ${fetched.stdout.trim().split('\n').at(-1)}` };
  await writeFile(made, wanted);
  return { lib };
}

/** Amazon's own DynamoDB for a machine of one's own. It listens on all interfaces, and has no setting for that. */
export async function startDynamoDbLocal(lib: string): Promise<JavaServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const main = 'software.amazon.dynamodb.services.local.main.ServerRunner';
  const args = [
    `-Djava.library.path=${lib}`,
    '-cp',
    `${lib}/*`,
    main,
    '-inMemory',
    '-disableTelemetry',
    '-port',
    String(port),
  ];
  return { url, stop: await startServer('java', args, {}, url) };
}

/** ElasticMQ: SQS, with its limits. */
export async function startElasticMq(lib: string): Promise<JavaServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const dir = await mkdtemp(join(tmpdir(), 'elasticmq-'));
  const conf = join(dir, 'elasticmq.conf');
  const address = `node-address { protocol = http, host = 127.0.0.1, port = ${port}, context-path = "" }`;
  const sqs = `rest-sqs { enabled = true, bind-port = ${port}, bind-hostname = "127.0.0.1", sqs-limits = strict }`;
  await writeFile(conf, `include classpath("application.conf")\n${address}\n${sqs}\nrest-stats { enabled = false }\n`);
  const stop = await startServer(
    'java',
    [`-Dconfig.file=${conf}`, '-cp', `${lib}/*`, 'org.elasticmq.server.Main'],
    {},
    url,
  );
  return {
    url,
    stop: async () => {
      await stop();
      await rm(dir, { recursive: true });
    },
  };
}
