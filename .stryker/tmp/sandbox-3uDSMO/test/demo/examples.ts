/** The examples of an introduction to Celery, section by section, as they are written here. */
import { chain, chord, group, kwargs, range, zip } from 'chordal';
import { add } from '../../handlers/tasks/math.ts';
import { log } from '../../handlers/tasks/text.ts';
import type { Session } from './session.ts';

/** Runs all sections, on whatever workers the environment leads to. */
export async function runExamples(session: Session): Promise<void> {
  await session.section('1. Basic use', basicUse);
  await session.section('2. Signatures: run here', runHere);
  await session.section('2. Signatures: run on a worker', runOnWorker);
  await session.section('2. Signatures: partial', partial);
  await session.section('3. Workflows: group', groups);
  await session.section('3. Workflows: chain', chains);
  await session.section('3. Workflows: chord', chords);
  await session.section('3. Workflows: chunks', chunks);
  await session.section('3. Workflows: map and starmap', maps);
}

// --- internal ---

async function basicUse(session: Session): Promise<void> {
  session.note('Two tasks of handlers/tasks/: the function math runs add, the function text runs log.');
  await session.sent(() => add.delay(2, 3), 5);
  await session.sent(() => log.delay('hello'), 'LOG: hello');
}

async function runHere(session: Session): Promise<void> {
  const sAdd = session.signature('sAdd', () => add.s(3, 4), 'add(3, 4)');
  await session.called(() => sAdd(), 7);
}

async function runOnWorker(session: Session): Promise<void> {
  const sAdd = session.signature('sAdd', () => add.s(3, 4), 'add(3, 4)');
  await session.sent(() => sAdd.delay(), 7);
  await session.sent(() => sAdd.applyAsync(), 7);

  const sTwo = session.signature('sTwo', () => add.s(2, 2), 'add(2, 2)');
  await session.logged(await session.sent(() => sTwo.delay(kwargs({ debug: true })), 4), 'x: 2; y: 2');
  await session.logged(await session.sent(() => sTwo.applyAsync({ kwargs: { debug: true } }), 4), 'x: 2; y: 2');
}

async function partial(session: Session): Promise<void> {
  const sAdd1 = session.signature('sAdd1', () => add.s(1), 'add(1)');
  await session.called(() => sAdd1(10), 11);
  await session.sent(() => sAdd1.delay(20), 21);
}

async function groups(session: Session): Promise<void> {
  const sums = session.signature(
    'sums',
    () => group(range(10).map((i) => add.s(i, i))),
    `group([${range(10)
      .map((i) => `add(${i}, ${i})`)
      .join(', ')}])`,
  );
  const result = await session.sent(() => sums.delay(), DOUBLES);
  session.handles(result.results, 10);
}

async function chains(session: Session): Promise<void> {
  const sum = session.signature('sum', () => chain(add.s(1, 2), add.s(3)), 'add(1, 2) | add(3)');
  await session.sent(() => sum.delay(), 6);

  const piped = session.signature('piped', () => add.s(1, 2).pipe(add.s(3)), 'add(1, 2) | add(3)');
  const result = await session.sent(() => piped.delay(), 6);
  session.read(() => 'results' in result, false);
  session.note('Only the last value is the chain’s; to read result.results does not even compile.');

  const rest = session.signature('rest', () => chain(add.s(1), add.s(3)), 'add(1) | add(3)');
  await session.sent(() => rest.delay(3), 7);
}

async function chords(session: Session): Promise<void> {
  const logged = session.signature(
    'logged',
    () => chord(group(range(10).map((i) => add.s(i, i))), log.s()),
    `chord([${range(10)
      .map((i) => `add(${i}, ${i})`)
      .join(', ')}], log())`,
  );
  await session.sent(() => logged.delay(), `LOG: [${DOUBLES.join(',')}]`);
  session.note('The header’s values are always in the header’s order.');
}

async function chunks(session: Session): Promise<void> {
  const pairs = [...zip(range(100), range(100))];
  const chunked = session.signature(
    'chunked',
    () => add.chunks(zip(range(100), range(100)), 10),
    String(add.chunks(pairs, 10)),
  );
  const rows = range(10).map((row) => range(10).map((column) => 2 * (10 * row + column)));
  await session.sent(() => chunked.delay(), rows);
}

async function maps(session: Session): Promise<void> {
  const starmapped = session.signature(
    'starmapped',
    () => add.starmap(zip(range(10), range(100))),
    'add.starmap([[0, 0], [1, 1], [2, 2], [3, 3], [4, 4], [5, 5], [6, 6], [7, 7], [8, 8], [9, 9]])',
  );
  await session.sent(() => starmapped.delay(), DOUBLES);

  const mapped = session.signature('mapped', () => log.map(range(3)), 'log.map([0, 1, 2])');
  await session.sent(() => mapped.delay(), ['LOG: 0', 'LOG: 1', 'LOG: 2']);
}

const DOUBLES = range(10).map((i) => i + i);
