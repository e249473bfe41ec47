import { RUN_GROUP_ENDING } from '../../core/schedule/groups.ts';
import { sourcesOf } from '../project.ts';
import type { EventSource, FunctionDescription, Project } from '../project.ts';
import type { Routes } from '../routes.ts';
import type { QueuedSchedule } from '../schedules.ts';
import type { ProviderSettings } from './provider.ts';
import type { StackSettings } from './settings.ts';
import type { Value } from './value.ts';

export type { Value };

/** A resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, Value>>;
  readonly DependsOn?: string;
  readonly DeletionPolicy?: 'RetainExceptOnCreate' | 'Delete';
  readonly UpdateReplacePolicy?: 'Retain' | 'Delete';
}

/** Resources by their logical ids. */
export type Resources = Readonly<Record<string, Resource>>;

/** The parts that a stack is made from. */
export interface StackParts {
  readonly project: Project;
  readonly settings: StackSettings;
  readonly routes: Routes;
  /** Default: none. */
  readonly schedules?: readonly QueuedSchedule[];
  /** The queues of Python workers that handlers send to, by the handler's name. Default: none. */
  readonly externalQueues?: Readonly<Record<string, readonly string[]>>;
  /** Default: `serverless.yml` says nothing of all functions. */
  readonly provider?: ProviderSettings;
}

export function ref(logicalId: string): Value {
  return { Ref: logicalId };
}

export function arnOf(logicalId: string): Value {
  return { 'Fn::GetAtt': [logicalId, 'Arn'] };
}

export function sub(text: string): Value {
  return { 'Fn::Sub': text };
}

/** Returns a handler's name as the Serverless Framework writes it in logical ids: `my-task` → `MyDashtask`. */
export function logicalName(handler: string): string {
  const name = handler.replaceAll('-', 'Dash').replaceAll('_', 'Underscore');
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

export function queueId(handler: string): string {
  return `${logicalName(handler)}Queue`;
}

/** The queue of a handler for high priority. No queue of a handler has a name of this form. */
export function highQueueId(handler: string): string {
  return `HighQueueOf${logicalName(handler)}`;
}

/** The event sources of a function, by the ids of their queues. */
export function sourcesById(one: FunctionDescription): readonly (readonly [id: string, source: EventSource])[] {
  const ids = queueIdsOf(one);
  return sourcesOf(one).map((source, index) => [ids[index] ?? '', source]);
}

/** The ids of all queues of a function. */
export function queueIdsOf({ handler, highSource }: FunctionDescription): readonly string[] {
  return highSource === undefined ? [queueId(handler)] : [queueId(handler), highQueueId(handler)];
}

export function roleId(handler: string): string {
  return `${logicalName(handler)}Role`;
}

export function functionId(handler: string): string {
  return `${logicalName(handler)}LambdaFunction`;
}

/** The event source mapping of a handler for a queue, as the framework names it. */
export function mappingId(handler: string, queue: string): string {
  return `${logicalName(handler)}EventSourceMappingSQS${queue}`;
}

export const TABLE = 'Table';
export const BUCKET = 'Bucket';
/** A handler cannot have this name: it is taken. */
export const DEAD_QUEUE = 'DeadQueue';
export const SCHEDULE_GROUP = 'ScheduleGroup';

/**
 * Returns the name of the group of schedules. It is written out where it is used: not every emulator can make a group
 * by CloudFormation.
 */
export function scheduleGroupName({ service, stage }: Pick<Project, 'service' | 'stage'>): string {
  return `${service}-${stage}`;
}

/** Returns the name of the group of schedules that run tasks at certain times: apart from those that only delay messages. */
export function runGroupName(project: Pick<Project, 'service' | 'stage'>): string {
  return `${scheduleGroupName(project)}${RUN_GROUP_ENDING}`;
}
/** Not `SchedulerRole`: that is the role of a handler called scheduler. */
export const SCHEDULER_ROLE = 'RoleOfScheduler';
