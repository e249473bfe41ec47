/** A handler is what Lambda's own types say, though this library does not need them. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Handler } from '../../src/lambda/handler.ts';

declare const handler: Handler;

export const lambda: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> = handler;
