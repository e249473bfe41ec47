import { crc32, inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { zipOf } from '../../../src/deploy/packaging/zip.ts';
import type { ZipEntry } from '../../../src/deploy/packaging/zip.ts';

const entries: readonly ZipEntry[] = [
  { path: 'b/ü.txt', content: Buffer.from('second'), isExecutable: false },
  { path: 'a', content: Buffer.from('first'.repeat(1000)), isExecutable: true },
  { path: 'empty', content: Buffer.alloc(0), isExecutable: false },
];

test('zipOf() packs files so that their contents, names and modes come back', () => {
  expect(filesOf(zipOf(entries))).toEqual([
    { path: 'a', text: 'first'.repeat(1000), mode: 0o100755 },
    { path: 'b/ü.txt', text: 'second', mode: 0o100644 },
    { path: 'empty', text: '', mode: 0o100644 },
  ]);
});

test('zipOf() makes equal archives of equal files, in whatever order they come', () => {
  expect(zipOf(entries).equals(zipOf(entries.toReversed()))).toBe(true);
});

// --- internal ---

/** Reads an archive as an unpacker does: from its end, by its directory. */
function filesOf(archive: Buffer): readonly object[] {
  const end = archive.length - 22;
  expect(archive.readUInt32LE(end)).toBe(0x06054b50);
  const files: object[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let index = 0; index < archive.readUInt16LE(end + 10); index += 1) {
    expect(archive.readUInt32LE(at)).toBe(0x02014b50);
    const [packedBytes, bytes, nameBytes] = [
      archive.readUInt32LE(at + 20),
      archive.readUInt32LE(at + 24),
      archive.readUInt16LE(at + 28),
    ];
    const name = archive.subarray(at + 46, at + 46 + nameBytes);
    const local = archive.readUInt32LE(at + 42);
    expect(archive.readUInt32LE(local)).toBe(0x04034b50);
    const data = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const content = inflateRawSync(archive.subarray(data, data + packedBytes));
    expect(content.length).toBe(bytes);
    expect(crc32(content)).toBe(archive.readUInt32LE(at + 16));
    files.push({ path: name.toString(), text: content.toString(), mode: archive.readUInt32LE(at + 38) >>> 16 });
    at += 46 + nameBytes;
  }
  expect(at).toBe(end);
  return files;
}
