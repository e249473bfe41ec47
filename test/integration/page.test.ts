import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import axe from 'axe-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runCli } from '../../src/cli/cli.ts';
import { readAssets } from '../../src/ui/assets.ts';
import type { Point } from '../../src/ui/page/layout.ts';
import { startPageWorld } from '../support/page/world.ts';
import type { PageWorld } from '../support/page/world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let world: PageWorld;

beforeAll(async () => {
  world = await startPageWorld();
}, 120_000);
afterAll(() => world.close());

/** Waits until the page shows a text. */
const shows = (text: string, timeout = 30_000): Promise<unknown> =>
  world.page.waitForSelector(`::-p-text(${text})`, { timeout });
const click = async (text: string): Promise<void> => {
  await world.page.locator(`button::-p-text(${text})`).click();
};
/**
 * Replaces the text of a field by keys alone, as a person does. Puppeteer's `fill` empties it without an event, so that
 * a page that is drawn just then puts the old text back.
 */
const type = async (selector: string, text: string): Promise<void> => {
  await world.page.locator(selector).click();
  await world.page.evaluate('document.activeElement.select()');
  await world.page.keyboard.type(text);
};
const workflow = (id: string): Promise<void> => world.open(`#/w/${encodeURIComponent(id)}`);
const stateOf = (id: string): string => `.node[data-id="${id}"]`;

test('dev prints the address first, and a call appears in the list by itself', async () => {
  expect(world.printed[0]).toBe(`The page: ${world.url}`);
  expect(world.printed[1]).toMatch(/ Built shop$/);
  await shows('Nothing has been submitted');
  const { taskId } = await world.send.order();
  const sentAt = performance.now();
  await world.page.waitForSelector(`a[href="#/w/${taskId}"]`);
  const shownMs = performance.now() - sentAt;
  console.log(`from the call to the screen: ${Math.round(shownMs)} ms`);
  await world.page.waitForSelector(`a[href="#/w/${taskId}"] .state-success`);
  expect(shownMs).toBeLessThan(15_000);
}, 90_000);

test('the list finds workflows by task, id and state', async () => {
  const { taskId } = await world.send.one();
  await world.page.waitForSelector(`a[href="#/w/${taskId}"] .state-success`);
  await type('input[type=search]', 'total');
  await world.page.waitForSelector(`a[href="#/w/${taskId}"]`, { hidden: true });
  await shows('3 × price');
  await type('input[type=search]', taskId);
  await world.page.waitForSelector(`a[href="#/w/${taskId}"]`);
  await click('Revoked');
  await shows('Nothing fits these filters');
}, 60_000);

test('a chord runs on the screen, from its first member to its end', async () => {
  const signal = join(await temporaryFolder(), 'signal');
  const { taskId } = await world.send.held(signal);
  await workflow(taskId);
  await world.page.waitForSelector(`${stateOf(`${taskId}.0~0`)}.is-success`, { timeout: 45_000 });
  await world.page.waitForSelector(`${stateOf(`${taskId}.0~1`)}.is-started`, { timeout: 45_000 });
  expect(await world.page.$(`${stateOf(taskId)}.is-open`)).not.toBeNull();
  await world.page.locator(stateOf(`${taskId}.0~1`)).click();
  await world.page.waitForSelector('aside .state-started');
  await world.page.locator(stateOf(taskId)).click();
  await world.page.waitForSelector('aside .state-pending');
  await click('Timeline');
  const ranFor = (): Promise<string | null> =>
    world.page.$eval('.timeline li:has(.is-started) .took', ({ textContent }) => textContent);
  const first = await ranFor();
  await vi.waitFor(async () => expect(await ranFor()).not.toBe(first), { timeout: 10_000 });
  await writeFile(signal, '');
  await vi.waitFor(async () => expect(await world.page.$$('.timeline .is-success .ran')).toHaveLength(3), {
    timeout: 45_000,
  });
  await click('Graph');
  await world.page.waitForSelector(`${stateOf(taskId)}.is-success`);
  await shows('mailed');
}, 150_000);

test('a failure shows its causes, and what was not run because of it', async () => {
  const { taskId } = await world.send.failing();
  await workflow(taskId);
  // Until then it shows the details of the whole, which has the same error.
  await world.page.waitForSelector(`${stateOf(`${taskId}.1`)}[aria-pressed="true"]`, { timeout: 45_000 });
  await shows('the bank does not answer');
  await shows('connect ECONNREFUSED 10.0.0.7:443');
  expect(await world.page.$$('.cause')).toHaveLength(3);
  await world.page.waitForSelector(`${stateOf(taskId)}.is-skipped`);
  await world.open('#/failures');
  await world.page.waitForSelector(`a[href="#/w/${taskId}"]`);
  const days = await world.page.$$eval('h2.day', (headings) => headings.map(({ textContent }) => textContent));
  expect(days.at(0)).toMatch(/^Today · \d+ failed$/);
}, 90_000);

test('a task that has launched many workflows shows 50 of them, and how many more there are', async () => {
  const { taskId } = await world.send.one();
  await workflow(taskId);
  await world.page.waitForSelector('.head .state-success', { timeout: 45_000 });
  await world.page.evaluate(`
    globalThis.fetchBefore = fetch;
    fetch = async (path, init) => {
      const answer = await fetchBefore(path, init);
      if (!path.startsWith('/api/node')) return answer;
      return Response.json({ ...await answer.json(), children: Array.from({ length: 61 }, (_, index) => 'child-' + index) });
    };
  `);
  await world.open('#/');
  await workflow(taskId);
  await shows('and 11 more');
  expect(await world.page.$$('.links li')).toHaveLength(50);
  await world.page.evaluate('fetch = fetchBefore');
}, 90_000);

test('an unknown id is called unknown, and offers nothing to run', async () => {
  await workflow('nobody');
  await shows('Nothing is known of this id');
  expect(await world.page.$('::-p-text(Run )')).toBeNull();
}, 30_000);

test('the command line lists workflows and failures, and draws a graph', async () => {
  const { taskId } = await world.send.failing();
  await workflow(taskId);
  await world.page.waitForSelector('.head .state-failure', { timeout: 45_000 });
  const run = async (...args: readonly string[]): Promise<readonly unknown[]> => {
    const lines: unknown[] = [];
    const print = (line: unknown): void => void lines.push(line);
    const output = { answer: print, text: print, note: () => {}, problem: print, faint: String, progress: () => {} };
    expect(await runCli(args, output)).toBe(0);
    return lines;
  };
  const [listed] = await run('list', '--task', 'charge', '--state', 'FAILURE', '--limit', '1');
  expect(listed).toMatchObject({
    id: taskId,
    state: 'FAILURE',
    canvas: 'price | charge | mail',
    app: 'shop',
    tasks: 3,
  });
  // A failure is noted after its outcome.
  await vi.waitFor(
    async () =>
      expect(await run('failures', '--limit', '1')).toMatchObject([
        { id: taskId, error: { errorType: 'CardDeclined', task: 'charge', failedId: `${taskId}.1` } },
      ]),
    { timeout: 30_000 },
  );
  const [text] = await run('graph', taskId, '--text');
  expect(text).toMatch(/^✓ price SUCCESS .*\n✗ charge FAILURE .*\n· mail SKIPPED/);
  const [dot] = await run('graph', taskId, '--dot');
  expect(dot).toContain('n0 -> n1;');
}, 90_000);

test('a task that is to run again counts down', async () => {
  const { taskId } = await world.send.waiting();
  await workflow(taskId);
  const countdown = async (): Promise<number> => {
    const text = await world.page.$eval(`${stateOf(taskId)} .sub`, (element) => element.textContent ?? '');
    const [, minutes = '0', seconds = '0'] = /Retry in (?:(\d+) min )?([\d.]+) s/.exec(text) ?? [];
    return Number(minutes) * 60 + Number(seconds);
  };
  await world.page.waitForSelector(`${stateOf(taskId)}.is-retry`, { timeout: 45_000 });
  const first = await countdown();
  expect(first).toBeGreaterThan(30);
  await vi.waitFor(async () => expect(await countdown()).toBeLessThan(first), { timeout: 10_000 });
  await shows('the warehouse is closed');
  await world.page.waitForSelector('.head .state-retry');
  await world.open('#/');
  await click('In progress');
  await world.page.waitForSelector(`a[href="#/w/${taskId}"] .state-retry`);
}, 90_000);

test('work is revoked, and a task is run again with other arguments', async () => {
  const { taskId } = await world.send.slow(300);
  await workflow(taskId);
  world.page.once('dialog', (dialog) => void dialog.accept());
  await click('Revoke');
  await world.page.waitForSelector('.head .state-revoked', { timeout: 45_000 });
  const { taskId: done } = await world.send.one();
  await workflow(done);
  await click('Run price again');
  await type('dialog textarea', '[50]');
  await world.page.locator('dialog button.primary').click();
  await world.page.waitForSelector('pre[aria-label=Value]::-p-text(100)');
  await world.page.waitForSelector('.head .state-success');
}, 120_000);

test('the page says that a revocation has failed, and that the browser refuses to copy', async () => {
  const { taskId } = await world.send.slow(300);
  await workflow(taskId);
  await world.page.waitForSelector('button.danger');
  await world.page.evaluate(`
    globalThis.fetchBefore = fetch;
    fetch = (path, init) => path === '/api/revoke' ? Promise.reject(new TypeError('no network')) : fetchBefore(path, init);
    navigator.clipboard.writeText = () => Promise.reject(new Error('denied'));
  `);
  world.page.once('dialog', (dialog) => void dialog.accept());
  await click('Revoke');
  await world.page.waitForSelector('.head [role=alert]::-p-text(no network)');
  await world.page.locator('.head .copy').click();
  await shows('the browser refuses');
  await world.page.evaluate('fetch = fetchBefore; delete navigator.clipboard.writeText;');
}, 60_000);

test('a dead letter is redriven, and runs with the steps behind it', async () => {
  await world.send.dead('order-1');
  await world.open('#/dead');
  await shows('its queue gave it up', 60_000);
  await click('Redrive');
  await shows('It runs again as');
  await world.page.locator('.note a').click();
  await world.page.waitForSelector('.head .state-success', { timeout: 45_000 });
  await shows('mailed 42');
  await world.send.dead('order-1');
  await world.open('#/dead');
  await shows('its queue gave it up', 60_000);
  world.page.once('dialog', (dialog) => void dialog.accept());
  await click('Purge');
  await shows('There are no dead letters');
}, 240_000);

test('at 390 pixels, a dead letter leads to its workflow', async () => {
  const { page } = world;
  await world.send.dead('order-4');
  await page.setViewport({ width: 390, height: 844 });
  await world.open('#/dead');
  const link = await page.waitForSelector('.letter a[href="#/w/order-4.0"]', { visible: true, timeout: 60_000 });
  await link?.click();
  await page.waitForSelector('.head [title="Copy order-4"]');
  await page.setViewport({ width: 1280, height: 800 });
  await world.open('#/dead');
  page.once('dialog', (dialog) => void dialog.accept());
  await click('Purge');
  await shows('There are no dead letters');
}, 120_000);

test('all dead letters are redriven at once, or purged at once if that is confirmed', async () => {
  const { page, send } = world;
  const two = async (): Promise<void> => {
    await Promise.all([send.dead('order-2'), send.dead('order-3')]);
    await world.open('#/dead');
    await page.waitForSelector('.letter:nth-child(2)', { timeout: 60_000 });
  };
  const answerTo = async (button: string, isConfirmed: boolean): Promise<string> => {
    const asked = new Promise<string>((resolve) => {
      page.once('dialog', (dialog) => {
        resolve(dialog.message());
        void (isConfirmed ? dialog.accept() : dialog.dismiss());
      });
    });
    await click(button);
    return asked;
  };
  const countMailed = (): Promise<unknown> =>
    page.evaluate(
      "fetch('/api/workflows?state=SUCCESS&text=price+%7C+mail').then((answer) => answer.json()).then(({ items }) => items.length)",
    );
  const before = Number(await countMailed());
  await two();
  await click('Redrive all');
  await shows('2 of 2 run again.');
  await shows('There are no dead letters');
  await vi.waitFor(async () => expect(await countMailed()).toBe(before + 2), { timeout: 45_000 });
  await two();
  expect(await answerTo('Purge all', false)).toBe('Remove all of them for good?');
  expect(await page.$$('.letter')).toHaveLength(2);
  await answerTo('Purge all', true);
  await shows('2 of 2 are gone.');
  await shows('There are no dead letters');
}, 240_000);

test('a schedule is paused and resumed, and a task that waits for long is shown with its time', async () => {
  const { taskId } = await world.send.later();
  await world.open('#/health');
  await click('Pause');
  await shows('paused');
  await world.page.locator('button[aria-label="Resume nightly"]').click();
  await shows('next ');
  await world.page.waitForSelector(`a[href="#/w/${taskId}"] time`);
}, 60_000);

test('the doctor examines on the page, and names what waits', async () => {
  const { taskId } = await world.send.slow(300);
  await world.open('#/health');
  await click('Examine');
  await world.page.waitForSelector(`a[href="#/w/${taskId}"] .tag.waiting`, { timeout: 60_000 });
}, 90_000);

test('a group of 10,000 is one box, and its members one drawing', async () => {
  const id = await world.send.wide(10_000, 2000);
  await workflow(id);
  await world.page.waitForSelector(stateOf(`${id}.0`));
  await shows('AWS needs');
  const startedAt = performance.now();
  await world.page.locator(stateOf(`${id}.0`)).click();
  await world.page.waitForSelector('canvas[data-drawn="10000"]', { timeout: 45_000 });
  console.log(`10,000 members: ${Math.round(performance.now() - startedAt)} ms`);
  await shows('costs $0.0');
  await click('~7');
  await shows('no such article');
  await world.page.focus('.members canvas');
  await world.page.keyboard.press('ArrowRight');
  await world.page.waitForSelector('aside [title$=".0~8"]');
}, 120_000);

test('a group of 100,000 is one box that reads no member, and its members are drawn a sheet at a time', async () => {
  const id = await world.send.wide(100_000, 400);
  const before = await world.page.metrics();
  const startedAt = performance.now();
  await workflow(id);
  await world.page.waitForSelector(stateOf(`${id}.0`));
  await shows('of 100,000 done');
  const foldedMs = performance.now() - startedAt;
  await world.page.locator(stateOf(`${id}.0`)).click();
  await world.page.waitForSelector('canvas[data-drawn="20000"]', { timeout: 45_000 });
  const drawnMs = performance.now() - startedAt - foldedMs;
  await click('Later');
  await shows('20,000–39,999');
  await world.page.focus('.members canvas');
  await world.page.keyboard.press('ArrowRight');
  await world.page.waitForSelector(`aside [title="Copy ${id}.0~20001"]`);
  await world.page.keyboard.press('ArrowLeft');
  await world.page.keyboard.press('ArrowLeft');
  await world.page.waitForSelector(`aside [title="Copy ${id}.0~19999"]`);
  await shows('0–19,999');
  const { JSHeapUsedSize: heap = 0 } = await world.page.metrics();
  const grownMb = (heap - (before.JSHeapUsedSize ?? 0)) / 1e6;
  console.log(`100,000 members: ${Math.round(foldedMs)} ms folded, ${Math.round(drawnMs)} ms a sheet, ${grownMb} MB`);
  expect(foldedMs).toBeLessThan(10_000);
  expect(grownMb).toBeLessThan(50);
}, 120_000);

test('a canvas of five levels is drawn without boxes on top of each other', async () => {
  const { taskId } = await world.send.nested();
  await workflow(taskId);
  await world.page.waitForSelector('.head .state-success', { timeout: 90_000 });
  const boxes = await Promise.all((await world.page.$$('.node')).map((node) => node.boundingBox()));
  expect(boxes.length).toBeGreaterThanOrEqual(5 * 3);
  for (const [index, a] of boxes.entries())
    for (const b of boxes.slice(index + 1)) {
      if (a === null || b === null) throw new Error('A box is not drawn');
      expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(true);
    }
}, 150_000);

test.each([1280, 390])(
  'at %i pixels, a wide graph is zoomed by buttons, keys and the wheel',
  async (width) => {
    const { page } = world;
    const { taskId } = await world.send.nested();
    await page.setViewport({ width, height: 844 });
    await workflow(taskId);
    await page.waitForSelector('.head .state-success', { timeout: 90_000 });
    const scale = (): Promise<number> =>
      page.$eval('.zoom output', ({ textContent }) => Number.parseInt(textContent, 10));
    const isWhole = (): Promise<boolean> =>
      page.$eval(
        '.graph',
        (graph) => graph.scrollWidth <= graph.clientWidth && graph.scrollHeight <= graph.clientHeight,
      );
    expect(await scale()).toBe(100);
    expect(await isWhole()).toBe(false);
    await click('Fit');
    await expect.poll(isWhole).toBe(true);
    const fitted = await scale();
    expect(fitted).toBeLessThan(100);

    await page.focus('.graph');
    await page.keyboard.press('+');
    await expect.poll(scale).toBeGreaterThan(fitted);
    await page.keyboard.press('-');
    await page.keyboard.press('-');
    await expect.poll(scale).toBeLessThan(fitted);
    await page.keyboard.press('0');
    await expect.poll(scale).toBe(fitted);
    await page.locator('button[aria-label="Zoom in"]').click();
    await expect.poll(scale).toBeGreaterThan(fitted);
    await page.locator('button[aria-label="Zoom out"]').click();
    await page.locator('button[aria-label="Zoom out"]').click();
    await expect.poll(scale).toBeLessThan(fitted);
    await click('Fit');

    const middle = async (): Promise<Point> => {
      const box = (await (await page.$('.node:last-of-type'))?.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    };
    await page.$eval('.graph', (graph) => graph.scrollIntoView({ block: 'center' }));
    const before = await middle();
    await page.mouse.move(before.x, before.y);
    await page.keyboard.down('Control');
    await page.mouse.wheel({ deltaY: -400 });
    await page.keyboard.up('Control');
    await expect.poll(scale).toBeGreaterThan(2 * fitted);
    // The view has become as high as the graph, so that only its width can scroll.
    expect(Math.abs((await middle()).x - before.x)).toBeLessThan(3);
    const zoomed = await scale();
    await page.mouse.wheel({ deltaY: -100 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(await scale()).toBe(zoomed);
    await page.setViewport({ width: 1280, height: 800 });
  },
  120_000,
);

test.each([
  [1280, 'light'],
  [390, 'dark'],
])(
  'at %i pixels and %s, axe finds nothing, and nothing is wider than the screen',
  async (width, scheme) => {
    const { page } = world;
    const { taskId } = await world.send.failing();
    await page.setViewport({ width, height: 844 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    for (const hash of ['#/', '#/failures', '#/dead', '#/health', `#/w/${taskId}`]) {
      await world.open(hash);
      await page.reload();
      await page.waitForSelector('h1');
      await page.waitForSelector('::-p-text(Reading)', { hidden: true });
      await page.evaluate(axe.source);
      const found = (await page.evaluate(
        'axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`))',
      )) as readonly string[];
      expect(found).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    }
    await page.setViewport({ width: 1280, height: 800 });
  },
  120_000,
);

test('a list of any length is shown to its end, each workflow once', async () => {
  const { page } = world;
  const links = (): Promise<readonly string[]> => page.$$eval('a.row', (rows) => rows.map(({ href }) => href));
  await world.send.listed('archive', 800);
  await world.open('#/');
  // Without the filters of the tests before.
  await page.reload();
  await type('input[type=search]', 'archive');
  for (const shown of [50, 150, 350, 750]) {
    await vi.waitFor(async () => expect(await links()).toHaveLength(shown), { timeout: 30_000 });
    await click('Show more');
  }
  await vi.waitFor(async () => expect(await links()).toHaveLength(800), { timeout: 30_000 });
  expect(new Set(await links()).size).toBe(800);
  expect(await page.$('button.more')).toBeNull();
}, 120_000);

test('the page weighs less than 25 KB, compressed', async () => {
  const files = [...(await readAssets()).values()];
  expect(files).toHaveLength(3);
  const bytes = files.reduce((sum, { content }) => sum + gzipSync(content).length, 0);
  console.log(`the page: ${(bytes / 1000).toFixed(1)} KB compressed`);
  expect(bytes).toBeLessThan(25_000);
});

test('strangers are refused, and the browser has nothing to complain of', async () => {
  const { hostname, port } = new URL(world.url);
  const ask = (headers: Readonly<Record<string, string>>, path = '/api/workflows'): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request({ hostname, port, path, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
  expect(await ask({})).toBe(403);
  expect(await ask({ host: 'evil.example' })).toBe(403);
  expect(await ask({ host: `evil.example:${port}` }, `/${new URL(world.url).search}`)).toBe(403);
  expect(await ask({}, '/?token=guessed')).toBe(403);
  expect(world.complaints).toEqual([]);
});
