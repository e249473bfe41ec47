/**
 * Whether every record of a LevelDB log (also its manifest is one) has its checksum. The last may be cut off, as by the death of the
 * process that wrote it. See https://github.com/google/leveldb/blob/main/doc/log_format.md.
 */
export function isWholeLog(bytes: Buffer): boolean {
  let at = 0;
  while (at + HEADER <= bytes.length) {
    const leftInBlock = BLOCK - (at % BLOCK);
    if (leftInBlock < HEADER) {
      at += leftInBlock;
      continue;
    }
    const length = bytes.readUInt16LE(at + 4);
    const end = at + HEADER + length;
    const isRecord = LEAST_TYPE <= (bytes[at + 6] ?? 0) && (bytes[at + 6] ?? 0) <= MOST_TYPE;
    if (!isRecord || HEADER + length > leftInBlock) return false;
    if (end > bytes.length) return true;
    // The checksum is of the type, too, which stands before the payload.
    if (unmasked(bytes.readUInt32LE(at)) !== crc32c(bytes, at + 6, end)) return false;
    at = end;
  }
  return true;
}

/** The CRC-32C (Castagnoli) of a part of some bytes. */
export function crc32c(bytes: Uint8Array, from = 0, to: number = bytes.length): number {
  let crc = 0xffffffff;
  for (let at = from; at < to; at += 1) crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return ~crc >>> 0;
}

// --- internal ---

const BLOCK = 32_768;

/** Checksum, length and type. */
const HEADER = 7;

/** A record is whole, or the first, a middle or the last part of one. */
const [LEAST_TYPE, MOST_TYPE] = [1, 4] as const;

const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** LevelDB stores checksums rotated and shifted, for some data contain their own. */
function unmasked(stored: number): number {
  const rotated = (stored - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}
