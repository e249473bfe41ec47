import { mkdir, rm } from 'node:fs/promises';
import { packInto } from '../support/package.ts';

// The folder that gets the tarball: the current one, where npm would put it, or one that this empties first.
const [folder] = process.argv.slice(2);
if (folder !== undefined) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}
console.log(await packInto(folder ?? '.'));
