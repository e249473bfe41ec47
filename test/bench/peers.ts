/** Chordal beside its peers: the same workloads in one run, in turns, with ratios of each round. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort } from '../../src/local/localstack/free-port.ts';
import { startContestant } from './peers/contestant.ts';
import type { Contestant } from './peers/contestant.ts';
import { installPeers, VERSIONS } from './peers/install.ts';
import type { Peers } from './peers/install.ts';
import { pageOf, pictureOf, summaryOf } from './peers/page.ts';
import { OURS, ratiosOf, WORKLOADS, workloads } from './peers/results.ts';
import type { Results, Times, Workload } from './peers/results.ts';
import { shown } from './support/figure.ts';
import { writePart } from './support/page.ts';
import { progress } from './support/section.ts';

const HELP = `Measures Chordal beside Celery and BullMQ on Redis, and the local runner of durable functions.

  npm run bench:peers -- [--rounds N] [--minutes M] [--scale X] [--only NAME,…] [--json FILE] [--write]

  --rounds N    rounds of all workloads in turns; default 5
  --minutes M   begins no round that would end later; default 9, and one round at least
  --scale X     sizes of the workloads, as a part of the full ones; default 1
  --only A,B    only these: memory, local, Celery, BullMQ, durable functions
  --json FILE   writes what was measured there
  --write       writes its parts of docs/performance.md and README.md, and docs/performance.svg

It installs its dependencies into .chordal/peers, from the registries of npm and Python. It skips peers that it cannot install, and prints the reason.`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    minutes: { type: 'string', default: '9' },
    scale: { type: 'string', default: '1' },
    only: { type: 'string' },
    json: { type: 'string' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else await main();

async function main(): Promise<void> {
  progress('peers: installing');
  const peers = await installPeers();
  const redis = peers.missing.python === undefined ? await startRedis(peers) : undefined;
  const contestants: Contestant[] = [];
  const skipped: Record<string, string> = {};
  const load = loadavg()[0] ?? Number.NaN;
  try {
    for (const [name, start] of Object.entries(starters(peers, redis?.url))) {
      if (values.only !== undefined && !values.only.split(',').includes(name)) continue;
      progress(`peers: starting ${name}`);
      try {
        contestants.push(await start());
      } catch (error) {
        skipped[name] = error instanceof Error ? error.message : String(error);
      }
    }
    const sizes = Object.fromEntries(
      workloads().map((workload) => [workload, Math.max(2, Math.round(WORKLOADS[workload] * Number(values.scale)))]),
      // Of all workloads.
    ) as Record<Workload, number>;
    const { times, rounds } = await measure(contestants, sizes, skipped);
    const node = process.versions.node;
    await report({ node, cores: availableParallelism(), load, rounds, sizes, versions: VERSIONS, skipped, times });
  } finally {
    await Promise.all(contestants.map((one) => one.stop()));
    await redis?.stop();
  }
}

/** Each round runs every workload by every contestant, so that what else the machine does meets all of them. */
async function measure(
  contestants: readonly Contestant[],
  sizes: Readonly<Record<Workload, number>>,
  skipped: Record<string, string>,
): Promise<{ readonly times: Times; readonly rounds: number }> {
  const times: Record<string, Partial<Record<Workload, number[]>>> = {};
  const startedAt = performance.now();
  let rounds = 0;
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    const roundAt = performance.now();
    for (const workload of workloads()) {
      for (const one of contestants) {
        if (skipped[one.name] !== undefined || !canRun(one.name, workload)) continue;
        try {
          const ms = await one.run(workload, round === 0 ? Math.ceil(sizes[workload] / 5) : sizes[workload]);
          progress(`peers: round ${round}, ${workload}, ${one.name}: ${shown(ms)} ms`);
          // The first one warms up.
          if (round > 0) ((times[one.name] ??= {})[workload] ??= []).push(ms);
        } catch (error) {
          // The others are still compared.
          skipped[one.name] = error instanceof Error ? error.message : String(error);
          delete times[one.name];
          progress(`peers: ${skipped[one.name]}`);
        }
      }
    }
    rounds = round;
    const now = performance.now();
    if (round > 0 && now - startedAt + (now - roundAt) > Number(values.minutes) * 60_000) break;
  }
  return { times, rounds };
}

function canRun(name: string, workload: Workload): boolean {
  if (workload === 'inline') return OURS.includes(name);
  // Durable functions have no queue.
  return name !== 'durable functions' || workload !== 'delays';
}

function starters(peers: Peers, redis: string | undefined): Readonly<Record<string, () => Promise<Contestant>>> {
  const { folder, python, missing } = peers;
  const own = { ...process.env, CHORDAL_LOG_LEVEL: 'warn', PEERS_FOLDER: folder };
  const inNode =
    (name: string, file: string, env: Readonly<Record<string, string | undefined>> = own) =>
    () =>
      startContestant({
        name,
        program: process.execPath,
        args: [...process.execArgv, fileURLToPath(new URL(`./peers/${file}-driver.ts`, import.meta.url))],
        env,
      });
  const without =
    (...reasons: readonly (string | undefined)[]) =>
    (start: () => Promise<Contestant>) =>
    async () => {
      const reason = reasons.find((one) => one !== undefined);
      if (reason !== undefined) throw new Error(reason);
      return start();
    };
  const noRedis = redis === undefined ? (missing.python ?? 'there is no Redis') : undefined;
  const celery = () =>
    startContestant({
      name: 'Celery',
      program: python,
      args: ['celery_driver.py'],
      cwd: fileURLToPath(new URL('./peers', import.meta.url)),
      env: { ...process.env, PEERS_REDIS: `${redis}/0`, PYTHONDONTWRITEBYTECODE: '1' },
    });
  return {
    memory: inNode('memory', 'memory'),
    local: inNode('local', 'local'),
    Celery: without(missing.python, noRedis)(celery),
    BullMQ: without(missing.npm, noRedis)(inNode('BullMQ', 'bullmq', { ...own, PEERS_REDIS: `${redis}/1` })),
    'durable functions': without(missing.npm)(inNode('durable functions', 'durable')),
  };
}

/** A Redis of this run's own, that keeps nothing. */
async function startRedis({ redis }: Peers): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn(redis, args, { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()).once('error', () => resolve()));
  for (let tries = 0; tries < 100 && !(await isOpen(port)); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      server.kill();
      await exited;
    },
  };
}

function isOpen(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

async function report(results: Results): Promise<void> {
  const ratios = ratiosOf(results);
  for (const { workload, ours, peer, median, least, most } of ratios)
    console.log(
      `${workload.padEnd(7)} ${`${ours} beside ${peer}`.padEnd(32)} ${shown(median)} × (${shown(least)} to ${shown(most)})`,
    );
  for (const [name, reason] of Object.entries(results.skipped)) console.log(`${name}: skipped, ${reason}`);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify({ ...results, ratios }, null, 2)}\n`);
  if (!values.write) return;
  await writePart('peers', pageOf(results));
  await writePart('peers', summaryOf(results), 'README.md');
  await writeFile('docs/performance.svg', pictureOf(results));
}
