import { expect, test } from 'vitest';
import { Line } from '../../../src/adapters/line.ts';

test('who comes first goes first, while others come', () => {
  const line = new Line<number>();
  const gone: (number | undefined)[] = [];
  for (let item = 0; item < 100; item += 1) {
    line.push(item);
    if (item % 3 !== 0) gone.push(line.shift());
  }
  expect(line.length).toBe(34);
  while (line.length > 0) gone.push(line.shift());
  expect(gone).toEqual(Array.from({ length: 100 }, (_, item) => item));
  expect(line.shift()).toBeUndefined();
});

test('a line of 300,000 is left about as fast, for each, as one of 30,000', () => {
  const least = (count: number): number =>
    Math.min(
      ...[1, 2, 3].map(() => {
        const line = new Line<number>();
        for (let item = 0; item < count; item += 1) line.push(item);
        const before = process.cpuUsage();
        while (line.length > 0) line.shift();
        const { user, system } = process.cpuUsage(before);
        return user + system;
      }),
    );
  expect(least(300_000)).toBeLessThan(10 * (10 * least(30_000) + 10_000));
});
