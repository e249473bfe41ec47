import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { withRareNames } from '../../../src/deploy/bundling/names.ts';

const small = 'var __name=(target,value)=>__defProp(target,"name",{value,configurable:!0});a();';
const readable = 'var __name = (target, value) => __defProp(target, "name", { value, configurable: true });\na();';

test.each([small, readable])('a name is only set where esbuild has changed it, and no place moves: %s', (text) => {
  const changed = withRareNames(text);
  expect(changed).toHaveLength(text.length);
  expect(changed.indexOf('a();')).toBe(text.indexOf('a();'));
  const set: string[] = [];
  const own2 = function own2(): void {};
  const context = {
    a: () => undefined,
    own: function own() {},
    own2,
    __defProp: (target: object, key: string, property: { readonly value: string }) => {
      set.push(property.value);
      return Object.defineProperty(target, key, property);
    },
  };
  const names: unknown = runInNewContext(`${changed}\n__name(own, "own").name + __name(own2, "own").name`, context);
  expect(names).toBe('ownown');
  expect(set).toEqual(['own']);
  expect(Object.getOwnPropertyDescriptor(own2, 'name')?.configurable).toBe(true);
});

test('a bundle without that function stays as it is', () => {
  expect(withRareNames('export const a=1;')).toBe('export const a=1;');
});
