import { describe, expect, it } from 'vitest';
import { routeOf } from '../../../src/ui/page/route.ts';

describe('routeOf()', () => {
  it('returns the decoded words of an address, and none for an empty one', () => {
    expect(routeOf('#/w/submit%3Aorder-17~3')).toEqual(['w', 'submit:order-17~3']);
    expect(routeOf('#/')).toEqual([]);
    expect(routeOf('')).toEqual([]);
  });

  it('returns a word that is not encoded as it stands', () => {
    expect(routeOf('#/w/%')).toEqual(['w', '%']);
    expect(routeOf('#/w/50%-off')).toEqual(['w', '50%-off']);
  });
});
