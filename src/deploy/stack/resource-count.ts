import { ConfigurationError } from '../../core/errors/caller.ts';
import { sourcesOf } from '../project.ts';
import type { Project } from '../project.ts';

/**
 * Makes sure that a stack does not have more resources than CloudFormation accepts.
 *
 * @param own how many of them are not made by the framework
 * @throws ConfigurationError if there are too many
 */
export function checkResourceCount(own: number, project: Project): void {
  const total = own + frameworkResources(project);
  if (total <= MOST_RESOURCES) return;
  throw new ConfigurationError(
    `Cannot deploy ${project.functions.length} handlers in one stack: they take ${total} resources, and CloudFormation takes ${MOST_RESOURCES}. Put tasks together in fewer files, deploy without alarms, or split the service.`,
  );
}

/**
 * Returns the number of resources that the framework makes for a project: each function, its log group, and a mapping from
 * each of its queues; and a bucket with a policy.
 */
export function frameworkResources({ functions, systemFunctions }: Project): number {
  return [...functions, ...systemFunctions].reduce((sum, one) => sum + 2 + sourcesOf(one).length, 2);
}

// --- internal ---

/** The most resources that CloudFormation accepts. */
const MOST_RESOURCES = 500;
