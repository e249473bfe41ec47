import type { QueueDescription } from '../project.ts';
import {
  arnOf,
  BUCKET,
  DEAD_QUEUE,
  ref,
  SCHEDULE_GROUP,
  scheduleGroupName,
  sourcesById,
  sub,
  TABLE,
} from './template.ts';
import type { Resource, Resources, StackParts, Value } from './template.ts';

/** Makes the table, the bucket, the queues and the group of schedules. */
export function storage({ project, settings }: StackParts): Resources {
  const { deadLetterQueue, functions } = project;
  const queues = functions.flatMap(sourcesById);
  return {
    [TABLE]: {
      Type: 'AWS::DynamoDB::Table',
      ...kept(settings.retainData),
      Properties: tableProperties({ project, settings }),
    },
    [BUCKET]: { Type: 'AWS::S3::Bucket', ...kept(settings.retainData), Properties: bucketProperties(settings) },
    BucketPolicy: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: ref(BUCKET), PolicyDocument: onlyEncrypted } },
    [DEAD_QUEUE]: queue(deadLetterQueue, settings.kmsKey),
    ...Object.fromEntries(queues.map(([id, { queue: one }]) => [id, queue(one, settings.kmsKey)])),
    [SCHEDULE_GROUP]: {
      Type: 'AWS::Scheduler::ScheduleGroup',
      Properties: { Name: scheduleGroupName(project) },
    },
  };
}

// --- internal ---

/** Without a name of its own: a resource that outlives its stack would block the next stack. */
function tableProperties({ project, settings }: Omit<StackParts, 'routes'>): Resource['Properties'] {
  const { partitionKey, sortKey, ttlAttribute } = project.table;
  const { kmsKey, tableRecovery } = settings;
  return {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [partitionKey, sortKey].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: partitionKey, KeyType: 'HASH' },
      { AttributeName: sortKey, KeyType: 'RANGE' },
    ],
    TimeToLiveSpecification: { AttributeName: ttlAttribute, Enabled: true },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: tableRecovery },
    // Without this DynamoDB encrypts with a key that AWS owns.
    ...(kmsKey === '' ? {} : { SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: kmsKey } }),
  };
}

function bucketProperties({ kmsKey, payloadRetention }: StackParts['settings']): Resource['Properties'] {
  const encryption: Value =
    kmsKey === '' ? { SSEAlgorithm: 'AES256' } : { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: kmsKey };
  return {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        { ServerSideEncryptionByDefault: encryption, ...(kmsKey !== '' && { BucketKeyEnabled: true }) },
      ],
    },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    LifecycleConfiguration: {
      Rules: [
        {
          Id: 'expire',
          Status: 'Enabled',
          ExpirationInDays: payloadRetention,
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        },
      ],
    },
  };
}

const onlyEncrypted: Value = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'OnlyEncrypted',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [arnOf(BUCKET), sub(`\${${BUCKET}.Arn}/*`)],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ],
};

function queue(
  { name, visibilityTimeoutSeconds, retentionSeconds, redrive }: QueueDescription,
  kmsKey: string,
): Resource {
  return {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: name,
      VisibilityTimeout: visibilityTimeoutSeconds,
      MessageRetentionPeriod: retentionSeconds,
      ...(kmsKey === ''
        ? { SqsManagedSseEnabled: true }
        : { KmsMasterKeyId: kmsKey, KmsDataKeyReusePeriodSeconds: 3600 }),
      ...(redrive && {
        RedrivePolicy: { deadLetterTargetArn: arnOf(DEAD_QUEUE), maxReceiveCount: redrive.maxReceiveCount },
      }),
    },
  };
}

/** A resource that is kept is removed all the same if the deployment that makes it fails: it is empty, and nothing would use it. */
function kept(retainData: boolean): Pick<Resource, 'DeletionPolicy' | 'UpdateReplacePolicy'> {
  return retainData
    ? { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' }
    : { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' };
}
