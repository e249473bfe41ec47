import { expect, it } from 'vitest';
import { groupsOf, placed } from '../../../../src/core/celery/place.ts';
import { failingIds, stepsOf } from '../../../../src/core/celery/signatures.ts';
import { readCelery } from '../../../../src/core/celery/wire.ts';
import type { JsonObject } from '../../../../src/core/values/json.ts';
import { celeryChord, celerySignature, celeryText } from './message.ts';
import type { Given } from './message.ts';

const TASK = 'proj.add';

function stepsOfText(text: string): readonly JsonObject[] {
  const message = readCelery(text);
  if (message === undefined || 'refused' in message) throw new Error('Cannot read the message');
  return stepsOf(message);
}

function steps(given: Given): readonly JsonObject[] {
  return stepsOfText(celeryText(given));
}

it('gives a lone task the id of Celery, and keeps that id to report under', () => {
  const { at, plan, frames } = placed(steps({ id: '7f-a', args: [1, 2] }), new Map());
  expect(at.id).toBe('7f-a');
  expect(plan).toMatchObject({ task: TASK, args: [1, 2], options: { celeryId: '7f-a' } });
  expect(frames).toEqual([]);
});

it('keeps an id with any characters apart from every other', () => {
  const ids = ['a.1', 'a~1', 'a 1', 'a/1'].map((id) => placed(steps({ id }), new Map()).at.id);
  expect(new Set(ids).size).toBe(4);
});

it('takes eta, expires, limits, custom headers and callbacks from the message', () => {
  const headers = {
    eta: '2030-01-01T00:00:00+00:00',
    expires: '2030-01-02T00:00:00',
    timelimit: [9, 5],
    ignore_result: true,
    tenant_name: 'x',
  };
  const embed = { callbacks: [celerySignature('proj.tsum')], errbacks: [celerySignature('proj.fail')] };
  const { plan } = placed(steps({ headers, embed }), new Map());
  expect(plan).toMatchObject({
    options: {
      eta: Date.UTC(2030, 0, 1),
      expiresAt: Date.UTC(2030, 0, 2),
      timeLimit: 9,
      softTimeLimit: 5,
      ignoreResult: true,
      headers: { tenant_name: 'x' },
    },
    links: [
      { on: 'success', plan: { task: 'proj.tsum' } },
      { on: 'failure', plan: { task: 'proj.fail' } },
    ],
  });
});

it('runs a chain in its order, which Celery writes backwards, under the id of its last step', () => {
  const chain = [celerySignature('last', { task_id: 'c' }), celerySignature('second', { task_id: 'b' })];
  const { at, plan } = placed(steps({ id: 'a', embed: { chain } }), new Map());
  expect(at.id).toBe('c');
  expect(plan).toMatchObject({ seq: [{ task: TASK }, { task: 'second' }, { task: 'last' }] });
});

it('does not send to the queues of Python', () => {
  const chain = [celerySignature('last', { task_id: 'c', queue: 'celery', reply_to: 'x' })];
  const { plan } = placed(steps({ embed: { chain } }), new Map());
  expect(JSON.stringify(plan)).not.toMatch(/"(queue|reply_to)"/);
});

it('seats each member of a chord in one group in front of its body', () => {
  const { texts, members } = celeryChord(2);
  const places = texts.map((text) => placed(stepsOfText(text), new Map([['g', members]])));
  expect(places.map(({ at }) => at.id)).toEqual(['body.0~0', 'body.0~1']);
  expect(places[1]?.frames).toMatchObject([
    { join: 'body.0', x: 1, n: 2 },
    { base: 'body', i: 1, steps: [{ task: 'proj.tsum', options: { celeryId: 'body' } }] },
  ]);
});

it('finds a member by its id, whatever index its message names', () => {
  const text = celeryText({
    id: 'm1',
    embed: { chord: celerySignature('proj.tsum', { task_id: 'body' }) },
    headers: { group: 'g' },
  });
  expect(placed(stepsOfText(text), new Map([['g', ['m0', 'm1']]])).at.id).toBe('body.0~1');
});

it('seats a chord that is a member of another chord', () => {
  const outer = celerySignature('proj.tsum', { task_id: 'outer' });
  const inner = { chord: outer, group_id: 'G', group_index: 1 };
  const text = celeryText({
    id: 'm0',
    embed: { chord: celerySignature('proj.tsum', { task_id: 'inner', ...inner }) },
    headers: { group: 'g', group_index: 0 },
  });
  const all = stepsOfText(text);
  expect(groupsOf(all)).toEqual(['g', 'G']);
  const groups = new Map([
    ['g', ['m0']],
    ['G', ['other', 'inner']],
  ]);
  expect(placed(all, groups).at.id).toBe('outer.0~1.0~0');
  expect(failingIds(all)).toEqual(['m0', 'inner', 'outer']);
});

it('tells the error callbacks of the first step of a body that the header has failed', () => {
  const told = [celerySignature('proj.echo', {}, ['told'])];
  const chain = [celerySignature('proj.echo', { task_id: 'last' })];
  const { texts, members } = celeryChord(2, { link_error: told, chain });
  const [text = ''] = texts;
  const { frames } = placed(stepsOfText(text), new Map([['g', members]]));
  expect(frames[0]).toMatchObject({ links: [{ on: 'failureOnce', plan: { task: 'proj.echo', args: ['told'] } }] });
});

it('keeps a large body in blocks, the same for each member', () => {
  const { texts, members } = celeryChord(2, { link: [celerySignature('proj.echo', {}, ['x'.repeat(5000)])] });
  const [one, two] = texts.map((text) => placed(stepsOfText(text), new Map([['g', members]])));
  expect(one?.blocks.length).toBeGreaterThan(0);
  expect(two?.blocks).toEqual(one?.blocks);
  expect(JSON.stringify(one?.frames).length).toBeLessThan(2048);
});

it('refuses a chord whose group was not saved, or does not have the member', () => {
  const [text = ''] = celeryChord(2).texts;
  expect(() => placed(stepsOfText(text), new Map())).toThrow(/is not in Celery's result table/);
  const lost = stepsOfText(
    celeryText({ id: 'x', embed: { chord: celerySignature('t', { task_id: 'b' }) }, headers: { group: 'g' } }),
  );
  expect(() => placed(lost, new Map([['g', ['m0']]]))).toThrow(/it is none of them/);
});

it('takes the priority from the message, which has none where kombu wrote 0', () => {
  const optionsWith = (priority: number | null): unknown => {
    const { plan } = placed(steps({ envelope: { properties: { body_encoding: 'base64', priority } } }), new Map());
    return 'task' in plan ? plan.options : undefined;
  };
  expect(optionsWith(9)).toMatchObject({ priority: 9 });
  expect(optionsWith(255)).toMatchObject({ priority: 255 });
  for (const none of [0, null]) expect(optionsWith(none)).not.toHaveProperty('priority');
});
