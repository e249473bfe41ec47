import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** A file of the page. */
export interface Asset {
  readonly type: string;
  readonly content: Uint8Array | string;
}

/** Reads the files of the page: as they were built, or from the sources in a checkout. */
export async function readAssets(): Promise<ReadonlyMap<string, Asset>> {
  const { script, style } = existsSync(BUILT) ? await built() : await fromSources();
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', content: HTML }],
    ['/page.js', { type: 'text/javascript; charset=utf-8', content: script }],
    ['/page.css', { type: 'text/css; charset=utf-8', content: style }],
  ]);
}

// --- internal ---

interface Bundle {
  readonly script: Uint8Array;
  readonly style: Uint8Array;
}

/** In the package: `dist/ui/page/main.js`, made by `npm run build:ui`. */
const BUILT = fileURLToPath(new URL('page/main.js', import.meta.url));

const HTML = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Chordal</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/page.css" />
    <script type="module" src="/page.js"></script>
  </head>
  <body></body>
</html>
`;

async function built(): Promise<Bundle> {
  const [script, style] = await Promise.all([readFile(BUILT), readFile(BUILT.replace(/\.js$/, '.css'))]);
  return { script, style };
}

async function fromSources(): Promise<Bundle> {
  // Only a checkout has it: it is not part of any package.
  const { buildPage } = (await import(new URL('page/build.js', import.meta.url).href)) as {
    readonly buildPage: () => Promise<Bundle>;
  };
  return buildPage();
}
