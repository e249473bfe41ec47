import { ConfigurationError } from '../../core/errors/caller.ts';
import type { BuildSettings } from '../../core/types/function-config.ts';
import { RECORD, TEXT_VALUES, TEXTS, unknownKey } from '../checks.ts';
import type { SettingCheck } from '../checks.ts';

/** The checks of a build's settings. */
export const BUILD_CHECKS: Readonly<Record<keyof BuildSettings, SettingCheck>> = {
  external: TEXTS,
  provided: TEXTS,
  bundled: TEXTS,
  assets: TEXTS,
  loaders: TEXT_VALUES,
  esbuild: RECORD,
};

/** Returns the settings of a build out of a larger configuration; undefined if it has none. */
export function buildSettingsOf(given: Readonly<Record<string, unknown>>): BuildSettings | undefined {
  const own = Object.entries(given).filter(([key, value]) => key in BUILD_CHECKS && value !== undefined);
  // They have been checked.
  return own.length === 0 ? undefined : (Object.fromEntries(own) as BuildSettings);
}

/** Adds settings to others: lists are joined, of two values by one name the later counts. */
export function mergeSettings(...all: readonly (BuildSettings | undefined)[]): BuildSettings {
  const lists = (key: 'external' | 'provided' | 'bundled' | 'assets'): readonly string[] => [
    ...new Set(all.flatMap((one) => one?.[key] ?? [])),
  ];
  const merged = {
    external: lists('external'),
    provided: lists('provided'),
    bundled: lists('bundled'),
    assets: lists('assets'),
    loaders: Object.assign({}, ...all.map((one) => one?.loaders)) as Readonly<Record<string, string>>,
    esbuild: Object.assign({}, ...all.map((one) => one?.esbuild)) as Readonly<Record<string, unknown>>,
  };
  return merged;
}

/** Returns whether a package's name is one of those in a list of names and patterns. */
export function isListed(name: string, list: readonly string[] = []): boolean {
  return list.some((pattern) => {
    if (!pattern.includes('*')) return pattern === name;
    const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(name);
  });
}

/**
 * Refuses options of esbuild that the build decides itself.
 *
 * @throws ConfigurationError naming the option and the setting instead
 */
export function checkEsbuildOptions(options: Readonly<Record<string, unknown>> | undefined, place: string): void {
  for (const key of Object.keys(options ?? {})) {
    const instead = OURS[key];
    if (instead !== undefined) throw new ConfigurationError(`Cannot use esbuild.${key} of ${place}: ${instead}`);
    if (!ESBUILD_OPTIONS.includes(key)) throw unknownKey(key, ESBUILD_OPTIONS, `esbuild of ${place}`);
  }
}

// --- internal ---

const decided = 'the build decides it, so that Lambda finds the bundles';
const OURS: Readonly<Record<string, string>> = {
  external: 'name the packages in `external`, or in `provided` if a layer has them',
  packages: 'name the packages in `external`',
  loader: 'write it in `loaders`',
  ...Object.fromEntries(
    (
      'absWorkingDir assetNames bundle chunkNames entryNames entryPoints format metafile outExtension outbase outdir outfile ' +
      'platform stdin write'
    )
      .split(' ')
      .map((key) => [key, decided]),
  ),
};

const ESBUILD_OPTIONS: readonly string[] = (
  'alias banner charset conditions define drop dropLabels footer ignoreAnnotations inject jsx jsxDev jsxFactory jsxFragment ' +
  'jsxImportSource jsxSideEffects keepNames legalComments lineLimit logOverride mainFields mangleCache mangleProps mangleQuoted ' +
  'minify minifyIdentifiers minifySyntax minifyWhitespace nodePaths plugins preserveSymlinks pure reserveProps resolveExtensions ' +
  'sourceRoot sourcemap sourcesContent splitting supported target treeShaking tsconfig tsconfigRaw'
).split(' ');
