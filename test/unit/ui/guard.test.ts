import { describe, expect, it } from 'vitest';
import { addressProblem, isSame, problemWith } from '../../../src/ui/guard.ts';

const guard = { token: 'secret', cookie: 'chordal-4775', port: 4775 };
const own = { host: '127.0.0.1:4775', cookie: 'other=1; chordal-4775=secret' };

describe('problemWith()', () => {
  it('lets the page itself read and act', () => {
    expect(problemWith({ method: 'GET', headers: own }, guard)).toBeUndefined();
    const headers = {
      ...own,
      origin: 'http://127.0.0.1:4775',
      'sec-fetch-site': 'same-origin',
      'x-chordal': '1',
      'content-type': 'application/json',
    };
    expect(problemWith({ method: 'POST', headers }, guard)).toBeUndefined();
  });

  it.each([
    ['under another host name', { host: 'evil.example:4775' }],
    ['under another port', { host: '127.0.0.1:80' }],
    ['from another origin', { origin: 'http://evil.example' }],
    ['from a page of another port', { origin: 'http://127.0.0.1:3000' }],
    ['from an opaque origin', { origin: 'null' }],
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['from another port of this machine', { 'sec-fetch-site': 'same-site' }],
    ['without the cookie', { cookie: undefined }],
    ['with the token of another start', { cookie: 'chordal-4775=secreT' }],
    ['with the cookie of another port', { cookie: 'chordal-4776=secret' }],
  ])('refuses to read %s', (_, headers) => {
    expect(problemWith({ method: 'GET', headers: { ...own, ...headers } }, guard)).toBeTypeOf('string');
  });

  it('refuses an action that a form could send', () => {
    const post = (headers: Readonly<Record<string, string>>): string | undefined =>
      problemWith({ method: 'POST', headers: { ...own, ...headers } }, guard);
    expect(post({ 'content-type': 'application/json' })).toMatch(/X-Chordal/);
    expect(post({ 'x-chordal': '1', 'content-type': 'text/plain' })).toMatch(/Content-Type/);
  });
});

describe('addressProblem()', () => {
  it('takes each name of the loopback interface', () => {
    for (const host of ['127.0.0.1:4775', 'localhost:4775', '[::1]:4775'])
      expect(addressProblem({ host }, guard)).toBeUndefined();
  });
});

describe('isSame()', () => {
  it('compares whole secrets', () => {
    expect(isSame('secret', 'secret')).toBe(true);
    expect(isSame('secre', 'secret')).toBe(false);
    expect(isSame(undefined, 'secret')).toBe(false);
  });
});
