import { crc32, deflateRawSync } from 'node:zlib';

/** A file in an archive. */
export interface ZipEntry {
  /** Its path in the archive, with `/`. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Whether it is a program. */
  readonly isExecutable: boolean;
}

/** The most files of an archive of the old format, which all readers know. */
export const MOST_ENTRIES = 65_535;

/**
 * Makes a ZIP archive. Archives of the same files are equal byte by byte: a deployment can see that nothing has changed.
 *
 * @param entries at most {@link MOST_ENTRIES}, in any order
 */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const name = Buffer.from(entry.path);
    const packed = deflateRawSync(entry.content, { level: 9 });
    const common = commonHeader(entry, name, packed);
    parts.push(localHeader(common), name, packed);
    directory.push(directoryHeader(common, entry, offset), name);
    offset += LOCAL_BYTES + name.length + packed.length;
  }
  const listed = Buffer.concat(directory);
  return Buffer.concat([...parts, listed, endOf(entries.length, listed.length, offset)]);
}

// --- internal ---

const LOCAL_BYTES = 30;
/** 1 January 1980, the first day that the format knows. */
const DATE = 0x21;
/** Names are UTF-8. */
const FLAGS = 0x0800;
const DEFLATED = 8;
const VERSION = 20;
/** Says that the upper half of the attributes is the mode of a file of Unix. */
const MADE_BY_UNIX = 0x0314;

/** Makes the fields that both headers of a file have. */
function commonHeader({ content }: ZipEntry, name: Buffer, packed: Buffer): Buffer {
  const header = Buffer.alloc(26);
  header.writeUInt16LE(VERSION, 0);
  header.writeUInt16LE(FLAGS, 2);
  header.writeUInt16LE(DEFLATED, 4);
  header.writeUInt16LE(DATE, 8);
  header.writeUInt32LE(crc32(content), 10);
  header.writeUInt32LE(packed.length, 14);
  header.writeUInt32LE(content.length, 18);
  header.writeUInt16LE(name.length, 22);
  return header;
}

function localHeader(common: Buffer): Buffer {
  return Buffer.concat([signature(0x04034b50), common]);
}

function directoryHeader(common: Buffer, { isExecutable }: ZipEntry, offset: number): Buffer {
  const madeBy = Buffer.alloc(2);
  madeBy.writeUInt16LE(MADE_BY_UNIX, 0);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE((isExecutable ? 0o100755 : 0o100644) * 2 ** 16, 6);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([signature(0x02014b50), madeBy, common, rest]);
}

function endOf(count: number, directoryBytes: number, offset: number): Buffer {
  const end = Buffer.alloc(18);
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(directoryBytes, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value, 0);
  return bytes;
}
