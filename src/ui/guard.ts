import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The callers that the page's port answers. */
export interface PageGuard {
  /** The secret of this start, in a cookie. */
  readonly token: string;
  /** The name of the cookie: cookies are shared by all ports of a host. */
  readonly cookie: string;
  /** The port, for the page's own origin. */
  readonly port: number;
}

/**
 * Returns why a request is refused, or undefined if the page itself has sent it. Other web pages can send requests to
 * any port of the machine, also under a host name of their own (DNS rebinding); they know neither the token nor the
 * cookie, and a browser says where they are from.
 *
 * @example
 * problemWith({ method: 'GET', headers: { host: 'evil.example' } }, guard); // 'its Host is "evil.example"'
 */
export function problemWith(
  { method = 'GET', headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  guard: PageGuard,
): string | undefined {
  const own = addressProblem(headers, guard);
  if (own !== undefined) return own;
  if (!isSame(cookieIn(headers.cookie, guard.cookie), guard.token))
    return 'it has not the token of this start. Open the address that the command has printed';
  if (method === 'GET') return undefined;
  // A form of another page cannot set this header, and a script must ask first.
  if (headers['x-chordal'] !== '1') return 'it has no header X-Chordal';
  return /^application\/json\b/.test(headers['content-type'] ?? '') ? undefined : 'its Content-Type is not JSON';
}

/** Returns why a request for an address is refused, token aside: its Host, or the page that it comes from. */
export function addressProblem(headers: IncomingMessage['headers'], { port }: PageGuard): string | undefined {
  const { host = '', origin, 'sec-fetch-site': site } = headers;
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`);
  if (!hosts.includes(host)) return `its Host is ${JSON.stringify(host)}`;
  if (origin !== undefined && origin !== `http://${host}`) return `its Origin is ${JSON.stringify(origin)}`;
  const isOwn = site === undefined || site === 'same-origin' || site === 'none';
  return isOwn ? undefined : 'another page has sent it';
}

/** Returns whether two secrets are the same, in a time that does not depend on where they differ. */
export function isSame(given: string | undefined, secret: string): boolean {
  if (given === undefined || given.length !== secret.length) return false;
  return timingSafeEqual(Buffer.from(given), Buffer.from(secret));
}

// --- internal ---

function cookieIn(cookies: string | undefined, name: string): string | undefined {
  const pairs = (cookies ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([key]) => key === name)?.[1];
}
