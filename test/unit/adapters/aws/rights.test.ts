import { expect, test } from 'vitest';
import { calling } from '../../../../src/adapters/aws/errors.ts';

test('a call that is refused names the action of IAM that it needs, where it knows it', async () => {
  const refuse = async (): Promise<never> => {
    throw Object.assign(new Error('not authorized'), { name: 'AccessDeniedException', $metadata: {} });
  };
  const pause = { kind: 'function', name: 'shop-dev-words', right: 'lambda:UpdateEventSourceMapping' } as const;
  await expect(calling('pause', pause, refuse)).rejects.toMatchObject({
    code: 'CHORDAL_CONFIGURATION',
    message:
      'Cannot pause the function "shop-dev-words": access is refused (AccessDeniedException: not authorized). Check the credentials, the region and the role of this program. It needs lambda:UpdateEventSourceMapping.',
  });
  await expect(calling('read', { kind: 'table', name: 't' }, refuse)).rejects.toThrow(/role of this program\.$/);
});
