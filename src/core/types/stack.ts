/** The options of `defineStack`: its place and its purpose. */
export interface StackOptions {
  /** The project's root: where `serverless.yml` and the folder `handlers` are. */
  readonly root: string;
  /** The folder of the handlers, from the root. Default: `handlers`. */
  readonly handlers?: string;
  /** The words of the command line, as in `['deploy', '--stage', 'dev']`. */
  readonly command: readonly string[];
  /** The process's variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Prints a message for the user of the command. */
  readonly say: (message: string) => void;
}

/** The values that `serverless.yml` takes from `defineStack`, each by `${file(…):name}`. */
export interface Stack {
  /** Returns the region of the deployment. */
  readonly region: (variables: Variables) => Promise<string>;
  /** Returns the Lambda functions. */
  readonly functions: (variables: Variables) => Promise<object>;
  /** Returns the CloudFormation resources: queues, table, bucket, roles, alarms. */
  readonly resources: (variables: Variables) => Promise<object>;
  /** The variables of functions of your own, beside these, that call tasks. */
  readonly callerEnvironment: (variables: Variables) => Promise<object>;
}

/** The argument that the Serverless Framework passes to a function that `${file(…)}` names. */
export interface Variables {
  /** The options of the command: `--stage`, `--region`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Resolves a variable, as in `${…}`. */
  readonly resolveVariable: (variable: string) => Promise<unknown>;
}
