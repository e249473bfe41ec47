import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import { compact } from '../core/values/compact.ts';
import { localRegion } from './endpoints.ts';

/** What a function gets that is fed by a queue. */
export interface SqsEvent {
  readonly Records: readonly SqsRecord[];
}

/** A message, as the event source mapping hands it to a function. */
export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, SqsRecordAttribute>>;
  readonly md5OfMessageAttributes?: string;
  readonly md5OfBody: string;
  readonly eventSource: 'aws:sqs';
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

/** An attribute of a message; binary ones are in base64. */
export interface SqsRecordAttribute {
  readonly stringValue?: string;
  readonly binaryValue?: string;
  readonly stringListValues: readonly string[];
  readonly binaryListValues: readonly string[];
  readonly dataType: string;
}

/** The event for messages as SQS gave them. */
export function sqsEvent(messages: readonly Message[], eventSourceARN: string): SqsEvent {
  return { Records: messages.map((message) => sqsRecord(message, eventSourceARN)) };
}

// --- internal ---

function sqsRecord(message: Message, eventSourceARN: string): SqsRecord {
  const { MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, MessageAttributes = {} } = message;
  return compact({
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, value]) => [name, recordAttribute(value)]),
    ),
    md5OfMessageAttributes: message.MD5OfMessageAttributes,
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: localRegion,
  });
}

function recordAttribute({ StringValue, BinaryValue, DataType = '' }: MessageAttributeValue): SqsRecordAttribute {
  return compact({
    stringValue: StringValue,
    binaryValue: BinaryValue === undefined ? undefined : Buffer.from(BinaryValue).toString('base64'),
    stringListValues: [],
    binaryListValues: [],
    dataType: DataType,
  });
}
