/** The used parts of EventBridge Scheduler, loaded when needed: a bundler keeps all of a package imported whole. */
export { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
