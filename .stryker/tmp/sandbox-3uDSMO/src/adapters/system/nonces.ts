import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Nonces } from '../../ports/system.ts';

/** Nonces from the machine's randomness. */
export class RandomNonces implements Nonces {
  mid(): string {
    return randomBytes(12).toString('base64url');
  }

  token(): string {
    return randomBytes(6).toString('base64url');
  }

  uuid(): string {
    return randomUUID();
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
