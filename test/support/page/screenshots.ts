/** Makes the pictures of the page in `docs/page`: `npm run docs:screenshots`. */
import { mkdir } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { startPageWorld } from './world.ts';

const world = await startPageWorld();
const { page, send, open } = world;

/** Takes a picture once a selector is there and nothing moves any more. */
async function shoot(name: string, hash: string, selector: string, height = 640): Promise<void> {
  await page.setViewport({ width: 1280, height });
  await open(hash);
  await page.waitForSelector(selector, { timeout: 120_000 });
  await setTimeout(700);
  // Where the sources stand on this machine is nobody's concern.
  await page.evaluate(
    `for (const pre of document.querySelectorAll('pre')) pre.textContent = pre.textContent.replaceAll(${JSON.stringify(`${process.cwd()}/`)}, '')`,
  );
  await page.evaluate("document.querySelector('.graph')?.scrollTo(620, 130)");
  await page.screenshot({ path: `docs/page/${name}.png` });
  console.log(`docs/page/${name}.png`);
}

try {
  await mkdir('docs/page', { recursive: true });
  const wide = await send.wide(10_000, 2400);
  const { taskId: nested } = await send.nested();
  const { taskId: order } = await send.order();
  await send.one();
  const { taskId: failing } = await send.failing();
  await send.waiting();
  await page.waitForSelector(`a[href="#/w/${nested}"] .state-success`, { timeout: 120_000 });
  await page.waitForSelector(`a[href="#/w/${failing}"] .state-failure`, { timeout: 120_000 });
  await send.slow(40);
  await shoot('list', '#/', `a[href="#/w/${order}"] .state-success`, 440);
  await shoot('failure', `#/w/${failing}`, '.cause', 720);
  await open(`#/w/${wide}`);
  await page.locator(`.node[data-id="${wide}.0"]`).click();
  await page.waitForSelector('canvas[data-drawn="10000"]');
  await page.setViewport({ width: 1280, height: 640 });
  await setTimeout(700);
  await page.screenshot({ path: 'docs/page/group.png' });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  await shoot('nested', `#/w/${nested}`, '.head .state-success', 560);
} finally {
  await world.close();
}
