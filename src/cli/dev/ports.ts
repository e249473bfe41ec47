/** The ports that each start of `chordal dev` takes: SQS with S3, DynamoDB, Lambda, Scheduler, and one that is kept for the page. */
export const PORTS = 5;

/** The last port that can be the first of them. */
export const LAST_FIRST_PORT: number = 65_536 - PORTS;
