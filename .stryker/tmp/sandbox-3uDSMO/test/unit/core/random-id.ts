import * as fc from 'fast-check';

const segment = fc.tuple(fc.constantFrom('.', '~', '^', '!1.', '!2~'), fc.nat(300)).map(([mark, n]) => `${mark}${n}`);

/** The id of something in a workflow. */
export const id: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('W', 'a:b', 'l-_9'), fc.array(segment, { maxLength: 6 }))
  .map(([workflow, segments]) => workflow + segments.join(''));
