import { expect, test } from 'vitest';
import { makeAccessKey, problemWith } from '../../../src/local/guard.ts';
import type { Guard } from '../../../src/local/guard.ts';

const guard: Guard = { accessKey: 'KEY', services: ['sqs', 's3'] };
const host = '127.0.0.1:41234';
const authorization = signedBy('KEY', 'sqs');

test.each([
  { host, authorization, 'content-type': 'application/x-amz-json-1.0' },
  { host: 'localhost:80', authorization },
  { host: '[::1]:80', authorization: signedBy('KEY', 's3'), 'content-type': 'application/octet-stream' },
])('problemWith() accepts a signed request of a program: %j', (headers) => {
  expect(problemWith({ headers, url: '/' }, guard)).toBeUndefined();
});

test('problemWith() accepts a presigned URL', () => {
  const url = '/bucket/key?X-Amz-Credential=KEY%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=a';

  expect(problemWith({ headers: { host }, url }, guard)).toBeUndefined();
  expect(problemWith({ headers: { host }, url: url.replace('KEY', 'K') }, guard)).toMatch('not signed with');
});

test.each([
  [{ host: 'evil.example:1234', authorization }, 'its Host is "evil.example:1234"'],
  [{ host: '127.0.0.1.evil.example', authorization }, 'its Host is'],
  [{ authorization }, 'its Host is ""'],
  [{ host, authorization, origin: 'https://evil.example' }, 'a web page has sent it'],
  [{ host, authorization, origin: 'null' }, 'a web page has sent it'],
  [{ host, authorization, 'sec-fetch-site': 'cross-site' }, 'a web page has sent it'],
  [{ host, authorization, 'content-type': 'text/plain;charset=UTF-8' }, 'its Content-Type is text/plain'],
  [{ host, authorization, 'content-type': 'application/x-www-form-urlencoded' }, 'its Content-Type is'],
  [{ host, authorization, 'content-type': 'Multipart/Form-Data; boundary=x' }, 'its Content-Type is'],
  [{ host }, 'it is not signed with the access key'],
  [{ host, authorization: signedBy('local', 'sqs') }, 'it is not signed with the access key'],
  [{ host, authorization: 'Bearer KEY' }, 'it is not signed with the access key'],
  [{ host, authorization: signedBy('KEY', 'sns') }, 'this port does not answer for sns'],
  [{ host, authorization: signedBy('KEY', 'sts') }, 'this port does not answer for sts'],
])('problemWith() refuses %j', (headers, problem) => {
  expect(problemWith({ headers, url: '/' }, guard)).toContain(problem);
});

test('makeAccessKey() makes another secret for each start', () => {
  expect(makeAccessKey()).toMatch(/^LOCAL[0-9A-F]{32}$/);
  expect(makeAccessKey()).not.toBe(makeAccessKey());
});

// --- internal ---

function signedBy(accessKey: string, service: string): string {
  return `AWS4-HMAC-SHA256 Credential=${accessKey}/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=a`;
}
