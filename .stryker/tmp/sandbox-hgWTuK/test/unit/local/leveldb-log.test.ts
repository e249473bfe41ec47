import { expect, test } from 'vitest';
import { crc32c, isWholeLog } from '../../../src/local/leveldb-log.ts';

/** A record as LevelDB writes it, with its masked checksum. */
function record(payload: Buffer, type = 1): Buffer {
  const body = Buffer.concat([Buffer.from([type]), payload]);
  const crc = crc32c(body);
  const header = Buffer.alloc(6);
  header.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0, 0);
  header.writeUInt16LE(payload.length, 4);
  return Buffer.concat([header, body]);
}

test('crc32c() is the checksum of Castagnoli', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});

test('isWholeLog() follows records over blocks, and the filling at the end of one', () => {
  // Its block has 6 bytes left, too few for a header.
  const first = record(Buffer.alloc(32_768 - 7 - 6, 'a'));
  const log = Buffer.concat([first, Buffer.alloc(6), record(Buffer.from('b'), 2), record(Buffer.alloc(0), 4)]);

  expect(isWholeLog(Buffer.alloc(0))).toBe(true);
  expect(isWholeLog(log)).toBe(true);
  log.writeUInt8(99, log.length - 8);
  expect(isWholeLog(log)).toBe(false);
});

test('isWholeLog() takes a record that is cut off for the death of its writer, and nothing else', () => {
  const log = Buffer.concat([record(Buffer.from('abc')), record(Buffer.from('def'))]);

  for (const length of [log.length - 1, log.length - 4, log.length - 9]) {
    expect(isWholeLog(log.subarray(0, length))).toBe(true);
  }
  expect(isWholeLog(Buffer.alloc(40))).toBe(false);
  expect(isWholeLog(Buffer.alloc(40, 255))).toBe(false);
  expect(isWholeLog(log.subarray(3))).toBe(false);
});
