import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import { compact, mapRecord } from '../core/values/compact.ts';
import { localRegion } from './endpoints.ts';

/** Makes the event of a function with a queue: received messages, as the event source mapping gives them to it. */
export function sqsEvent(
  messages: readonly Message[],
  eventSourceARN: string,
): { readonly Records: readonly object[] } {
  return { Records: messages.map((message) => sqsRecord(message, eventSourceARN)) };
}

// --- internal ---

function sqsRecord(message: Message, eventSourceARN: string): object {
  const { MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, MessageAttributes = {} } = message;
  return compact({
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes,
    messageAttributes: mapRecord(MessageAttributes, (value) => recordAttribute(value)),
    md5OfMessageAttributes: message.MD5OfMessageAttributes,
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: localRegion,
  });
}

/** Binary values are in base64. */
function recordAttribute({ StringValue, BinaryValue, DataType = '' }: MessageAttributeValue): object {
  return compact({
    stringValue: StringValue,
    binaryValue: BinaryValue === undefined ? undefined : Buffer.from(BinaryValue).toString('base64'),
    stringListValues: [],
    binaryListValues: [],
    dataType: DataType,
  });
}
