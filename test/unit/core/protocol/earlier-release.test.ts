/**
 * Forms that a release has written when the next one is deployed: messages that wait, and texts whose digests are keys. A test that fails
 * here says that work in flight is lost or runs twice: give the new form another name, or the envelope another version.
 */
import { describe, expect, it } from 'vitest';
import { RandomNonces } from '../../../../src/adapters/system/nonces.ts';
import { planOf } from '../../../../src/core/canvas/normalise.ts';
import { chainOf, chordOf, taskOf, withOptions } from '../../../../src/core/canvas/signature.ts';
import { decodeMessage, encodeMessage, isNewer } from '../../../../src/core/protocol/message-codec.ts';
import { sameCanvas } from '../../../../src/core/protocol/same-canvas.ts';

const MESSAGES = {
  'a member of a chord in a chain, with callbacks':
    '{"v":1,"depth":1,"until":1800000000000,"root":"W.0","parent":"W.0","keep":1790000000000,"tenant":"t7","traceparent":"00-1-2-03","headers":{"h":1},"stamps":{"customer":["42"]},"id":"W.1~3","base":"W.1~3!2","try":2,"frames":[{"join":"W.1","x":3,"n":4,"collect":true,"tolerate":1},{"steps":[{"task":"body"}],"i":2,"base":"W","links":[{"on":"failureOnce","plan":{"task":"told"}}]}],"links":[{"on":"success","plan":{"task":"told"}},{"on":"failure","plan":{"seq":[{"task":"told"}]}}],"sent":1770000000000,"again":true,"in":{"join":"W.0","n":2,"collect":true},"kind":"run","sig":{"task":"add","args":[1,{"a":[null]}],"kwargs":{"debug":true},"immutable":true,"each":"starmap","concurrency":2,"options":{"countdown":1,"maxRetries":null,"queue":"q","priority":"high","concurrencyKey":"k","concurrencyLimit":3,"inline":true}},"notBefore":1780000000000,"expires":1790000000000,"slot":true,"waits":1780000000000,"next":true,"told":true,"held":true,"moves":1,"mid":"m"}',
  'a step whose input and later steps are stored':
    '{"v":1,"depth":0,"until":1800000000000,"id":"W.1","base":"W.1","try":0,"frames":[{"steps":{"stored":"table:W/0","n":9,"per":3,"first":"a","queue":"q"},"i":2,"base":"W"}],"in":{"ref":"table:W|v.0/t"},"kind":"run","sig":{"task":"add","stored":"bucket:W/1"},"mid":"m"}',
  'an error callback':
    '{"v":1,"depth":0,"until":1800000000000,"id":"W^0","base":"W^0","try":0,"frames":[],"in":{"failure":{"taskId":"W","failedTaskId":"W.0","rootId":"W.0","error":{"inline":{"errorType":"E"}},"call":{"sig":{"task":"f"},"in":{"val":1}}}},"kind":"run","sig":{"task":"told"},"mid":"m"}',
  'a range of a group':
    '{"v":1,"depth":0,"until":1800000000000,"id":"W","base":"W","try":0,"frames":[],"kind":"expand","sig":{"par":{"stored":"bucket:W/0","n":1000,"per":10,"first":"a"},"collect":true},"lo":200,"hi":400,"mid":"m"}',
  'the end of a window':
    '{"v":1,"depth":0,"until":1800000000000,"id":"W","base":"W","try":0,"frames":[],"kind":"run","sig":{"task":"chordal.debounce"},"window":{"key":"d1","number":3},"notBefore":1780000000000,"mid":"m"}',
  'a revocation':
    '{"v":1,"depth":0,"until":1800000000000,"id":"W.1","base":"W.1","try":0,"frames":[],"kind":"revoke","mid":"m"}',
};

describe('a message of an earlier release', () => {
  it.each(Object.entries(MESSAGES))('is read in every field: %s', (_, text) => {
    const message = decodeMessage(text, 'none');
    if (isNewer(message)) throw new Error('It has this version');
    expect(message.unknown).toBeUndefined();
    expect(JSON.parse(encodeMessage(message))).toEqual(JSON.parse(text));
  });
});

describe('a key of an earlier release', () => {
  const [a, b] = [taskOf('a', { args: [1] }), taskOf('b', {})];

  it('finds the same canvas: a repeated call is neither refused nor sent twice', () => {
    const chord = chordOf([taskOf('a', { args: [2], immutable: true }), b], b);
    const canvas = withOptions(chainOf([withOptions(a, { link: [b], countdown: 5 }), chord, a]), { linkError: [b] });
    expect(JSON.stringify(sameCanvas(planOf(canvas)))).toBe(
      '{"seq":[{"task":"a","args":[1],"links":[{"on":"success","plan":{"task":"b"}}]},{"par":[{"task":"a","args":[2],"immutable":true},{"task":"b"}]},{"task":"b"},{"task":"a","args":[1]}],"links":[{"on":"failure","plan":{"task":"b"}}]}',
    );
  });

  it('has the same digest', () => {
    expect(new RandomNonces().digest('shop|order-7')).toBe('_uxyKbQRiPULdfi5i0neHx6wqzGr6gFZ');
  });
});
