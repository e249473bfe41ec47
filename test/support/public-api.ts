import ts from 'typescript';

/** Something that users can import, as its doc comment describes it. */
export interface PublicSymbol {
  readonly name: string;
  /** The first paragraphs of its doc comment; empty if it has none. */
  readonly text: string;
  readonly examples: readonly string[];
  /** Its fields and methods, where it is an interface or a class. */
  readonly members: readonly PublicSymbol[];
  /** The names of its parameters, where it is a function. */
  readonly parameters: readonly string[];
  /** The text of its doc comment on each parameter, by name. */
  readonly described: readonly string[];
  /** Whether it exists at run time. */
  readonly isValue: boolean;
}

/** A module that users import, and its exports. */
export interface PublicModule {
  readonly from: string;
  readonly symbols: readonly PublicSymbol[];
}

/** Reads the exports of all public modules, in their order. */
export function publicModules(): readonly PublicModule[] {
  const program = ts.createProgram(Object.values(PUBLIC), compilerOptions());
  const checker = program.getTypeChecker();
  return Object.entries(PUBLIC).map(([from, path]) => {
    const file = program.getSourceFile(path);
    const module = file === undefined ? undefined : checker.getSymbolAtLocation(file);
    if (module === undefined) throw new Error(`Cannot read the exports of ${path}: it is no module`);
    return { from, symbols: checker.getExportsOfModule(module).map((exported) => describeExport(checker, exported)) };
  });
}

/** The compiler options of the project. */
export function compilerOptions(): ts.CompilerOptions {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic() {} };
  const parsed = ts.getParsedCommandLineOfConfigFile('tsconfig.json', {}, host);
  if (parsed === undefined) throw new Error('Cannot read tsconfig.json: the compiler finds none');
  return parsed.options;
}

// --- internal ---

/** The modules whose exports are described, and their sources. */
const PUBLIC = {
  chordal: 'src/index.ts',
  'chordal/testing': 'src/testing/index.ts',
  'chordal/opentelemetry': 'src/opentelemetry/index.ts',
  'chordal/deploy': 'src/deploy/serverless.ts',
};

function describeExport(checker: ts.TypeChecker, exported: ts.Symbol): PublicSymbol {
  const symbol = (exported.flags & ts.SymbolFlags.Alias) === 0 ? exported : checker.getAliasedSymbol(exported);
  const members = checker.getDeclaredTypeOfSymbol(symbol).getProperties();
  return {
    ...describeSymbol(checker, symbol, exported.name),
    members: members.filter(isOurs).map((member) => ({ ...describeSymbol(checker, member, member.name), members: [] })),
  };
}

function describeSymbol(checker: ts.TypeChecker, symbol: ts.Symbol, name: string): Omit<PublicSymbol, 'members'> {
  const tags = symbol.getJsDocTags(checker).map((tag) => ({ tag: tag.name, text: ts.displayPartsToString(tag.text) }));
  const declaration = symbol.valueDeclaration;
  const type = declaration === undefined ? undefined : checker.getTypeOfSymbolAtLocation(symbol, declaration);
  const signatures = type?.getCallSignatures() ?? [];
  return {
    name,
    text: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
    examples: tags.filter(({ tag }) => tag === 'example').map(({ text }) => codeOf(text)),
    parameters: signatures.flatMap(({ parameters }) => parameters.map((parameter) => parameter.name)),
    described: tags.filter(({ tag }) => tag === 'param').map(({ text }) => text.split(' ', 1)[0] ?? ''),
    isValue: (symbol.flags & ts.SymbolFlags.Value) !== 0,
  };
}

/** Declared by this library, to be used: private fields and those that only carry types begin with a mark. */
function isOurs({ name, declarations = [] }: ts.Symbol): boolean {
  const isHere = declarations.some((declaration) => !declaration.getSourceFile().fileName.includes('/node_modules/'));
  return isHere && /^[a-z]/i.test(name);
}

function codeOf(text: string): string {
  return /^```ts\n([^]*)\n```$/.exec(text.trim())?.[1] ?? text.trim();
}
