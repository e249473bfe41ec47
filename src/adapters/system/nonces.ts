import { createHash, randomBytes } from 'node:crypto';
import type { Nonces } from '../../ports/system.ts';

/** Nonces from the machine's randomness. */
export class RandomNonces implements Nonces {
  mid(): string {
    return randomBytes(12).toString('base64url');
  }

  token(): string {
    return randomBytes(6).toString('base64url');
  }

  /**
   * A UUID of version 8, laid out as version 7: its first 48 bits are the time, by which its entry in the journal is
   * found. Ids that callers choose are often of version 4 or 7, and never equal it.
   */
  uuid(at: number): string {
    const random = randomBytes(10).toString('hex');
    const time = Math.max(0, Math.floor(at)).toString(16).padStart(12, '0').slice(-12);
    // The variant is the two bits 10.
    const variant = '89ab'.charAt(Number.parseInt(random.charAt(3), 16) & 3);
    return `${time.slice(0, 8)}-${time.slice(8)}-8${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
  }

  random(): number {
    return Math.random();
  }

  digest(text: string): string {
    return digest(text);
  }
}

/** A digest of a text: 192 of SHA-256's bits: as good as all of them here, and short. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 32);
}
