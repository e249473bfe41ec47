/** What is used of EventBridge Scheduler, to be loaded when it is needed: of a package that is imported as a whole, a bundler keeps everything. */
export { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
