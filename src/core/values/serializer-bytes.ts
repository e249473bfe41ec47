/** A value that holds bytes. Each kind is named after its class, and is restored as the same kind. */
export type Binary = ArrayBuffer | ArrayBufferView;

/**
 * Returns the name of a kind of binary data; a Node `Buffer` is a kind of its own. Undefined for everything else.
 *
 * @example
 * binaryKind(new Float64Array(2)); // 'Float64Array'
 */
export function binaryKind(value: Binary): string | undefined {
  if (Buffer.isBuffer(value)) return 'Buffer';
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return KINDS.has(kind) ? kind : undefined;
}

/** Returns whether a value holds bytes. */
export function isBinary(value: unknown): value is Binary {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

/**
 * Returns the bytes in base64. Items of more than one byte are written as they lie in memory, which is little-endian
 * wherever Node runs.
 */
export function toBase64(value: Binary): string {
  const bytes = ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
  let binary = '';
  for (let start = 0; start < bytes.length; start += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return btoa(binary);
}

/** @throws if the text is not base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** The kinds of binary data by name, and how each is made from its bytes. */
export const KINDS: ReadonlyMap<string, (buffer: ArrayBuffer) => Binary> = new Map<
  string,
  (buffer: ArrayBuffer) => Binary
>([
  ['ArrayBuffer', (buffer) => buffer],
  ['DataView', (buffer) => new DataView(buffer)],
  ['Uint8Array', (buffer) => new Uint8Array(buffer)],
  ['Buffer', (buffer) => Buffer.from(buffer)],
  ['Uint8ClampedArray', (buffer) => new Uint8ClampedArray(buffer)],
  ['Uint16Array', (buffer) => new Uint16Array(buffer)],
  ['Uint32Array', (buffer) => new Uint32Array(buffer)],
  ['BigUint64Array', (buffer) => new BigUint64Array(buffer)],
  ['Int8Array', (buffer) => new Int8Array(buffer)],
  ['Int16Array', (buffer) => new Int16Array(buffer)],
  ['Int32Array', (buffer) => new Int32Array(buffer)],
  ['BigInt64Array', (buffer) => new BigInt64Array(buffer)],
  ...float16(),
  ['Float32Array', (buffer) => new Float32Array(buffer)],
  ['Float64Array', (buffer) => new Float64Array(buffer)],
]);

// --- internal ---

/** Returns the entry of Float16Array, which exists from Node 24 on. */
function float16(): readonly [string, (buffer: ArrayBuffer) => Binary][] {
  // The lib of ES2024 does not have it yet.
  const made = (globalThis as { Float16Array?: new (buffer: ArrayBuffer) => ArrayBufferView }).Float16Array;
  return made === undefined ? [] : [['Float16Array', (buffer) => new made(buffer)]];
}

/** The number of arguments that every engine allows in a call. */
const CHUNK = 8192;
