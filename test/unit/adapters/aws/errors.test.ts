import { describe, expect, it } from 'vitest';
import { translated } from '../../../../src/adapters/aws/errors.ts';
import { WouldBlock } from '../../../../src/core/errors/result.ts';

const queue = { kind: 'queue', name: 'math' } as const;

function serviceError(name: string, httpStatusCode?: number, message = 'a message'): Error {
  const $metadata = httpStatusCode === undefined ? {} : { httpStatusCode };
  return Object.assign(new Error(message), { name, $metadata });
}

describe('translated()', () => {
  it.each([
    [serviceError('ThrottlingException', 400), 'CHORDAL_SERVICE_UNAVAILABLE'],
    [serviceError('ProvisionedThroughputExceededException', 400), 'CHORDAL_SERVICE_UNAVAILABLE'],
    [serviceError('RequestLimitExceeded', 400), 'CHORDAL_SERVICE_UNAVAILABLE'],
    [serviceError('SlowDown', 503), 'CHORDAL_SERVICE_UNAVAILABLE'],
    // EventBridge Scheduler says so of too many schedules, and of too many requests.
    [serviceError('ServiceQuotaExceededException', 402), 'CHORDAL_SERVICE_UNAVAILABLE'],
    // Lambda says so while another operation changes an event source, and EventBridge Scheduler of a schedule.
    [serviceError('ResourceConflictException', 409), 'CHORDAL_SERVICE_UNAVAILABLE'],
    [serviceError('ConflictException', 409), 'CHORDAL_SERVICE_UNAVAILABLE'],
    [serviceError('InternalServerError', 500), 'CHORDAL_SERVICE_UNAVAILABLE'],
    [serviceError('TimeoutError'), 'CHORDAL_SERVICE_UNAVAILABLE'],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'CHORDAL_SERVICE_UNAVAILABLE'],
    [Object.assign(new Error('getaddrinfo'), { code: 'EAI_AGAIN' }), 'CHORDAL_SERVICE_UNAVAILABLE'],
    [serviceError('QueueDoesNotExist', 400), 'CHORDAL_CONFIGURATION'],
    [serviceError('ResourceNotFoundException', 400), 'CHORDAL_CONFIGURATION'],
    [serviceError('NoSuchBucket', 404), 'CHORDAL_CONFIGURATION'],
    [serviceError('AccessDeniedException', 400), 'CHORDAL_CONFIGURATION'],
    [serviceError('UnrecognizedClientException', 400), 'CHORDAL_CONFIGURATION'],
    [serviceError('CredentialsProviderError'), 'CHORDAL_CONFIGURATION'],
    [new Error('Region is missing'), 'CHORDAL_CONFIGURATION'],
    [serviceError('ValidationException', 400), 'CHORDAL_CONFIGURATION'],
  ])('translated() tells what to do when the SDK throws %s', (error, code) => {
    expect(translated(error, 'send to', queue)).toMatchObject({
      code,
      message: expect.stringMatching(/^Cannot send to the queue "math"/) as string,
      cause: error,
    });
  });

  it('translated() says that the queue of an old route may be gone', () => {
    const advice = 'Deploy the stack, take the routes from its outputs again (CHORDAL_ROUTES), or check';
    expect(translated(serviceError('QueueDoesNotExist', 400), 'send to', queue)).toMatchObject({
      message: expect.stringContaining(advice) as string,
    });
    const table = { kind: 'table', name: 't' } as const;
    expect(translated(serviceError('ResourceNotFoundException', 400), 'read', table)).toMatchObject({
      message: expect.not.stringContaining('routes') as string,
    });
  });

  it('translated() leaves an error as it is when it is ours or no service', () => {
    const ours = new WouldBlock('Cannot wait here');
    const bug = new TypeError('undefined is not a function');
    expect(translated(ours, 'send to', queue)).toBe(ours);
    expect(translated(bug, 'send to', queue)).toBe(bug);
    expect(translated('text', 'send to', queue)).toBe('text');
  });
});
