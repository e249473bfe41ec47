import type { FunctionDescription, Project, QueueDescription } from '../deploy/project.ts';

/** Returns a project whose functions and messages wait as long as SQS can: a person stands at a breakpoint. */
export function withoutTimeouts(project: Project): Project {
  return {
    ...project,
    deadLetterQueue: patient(project.deadLetterQueue),
    functions: project.functions.map(withoutTimeout),
    systemFunctions: project.systemFunctions.map(withoutTimeout),
  };
}

// --- internal ---

/** The longest visibility timeout of SQS: 12 hours. */
const MOST_SECONDS = 43_200;

function withoutTimeout(description: FunctionDescription): FunctionDescription {
  const { eventSource, highSource } = description;
  return {
    ...description,
    timeoutSeconds: MOST_SECONDS,
    ...(eventSource && { eventSource: { ...eventSource, queue: patient(eventSource.queue) } }),
    ...(highSource && { highSource: { ...highSource, queue: patient(highSource.queue) } }),
  };
}

function patient(queue: QueueDescription): QueueDescription {
  return { ...queue, visibilityTimeoutSeconds: MOST_SECONDS };
}
