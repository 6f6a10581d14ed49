import { profileOf, type Config } from './client/config.ts';
import type { Output } from './terminal/output.ts';
import { clean } from './terminal/text.ts';
import { version } from './version.ts';

const beginnings: [line: string, purpose: string][] = [
  ['keyward token list', 'your tokens'],
  ['keyward token create --name ci', 'a new one'],
  ['keyward doctor', 'is all well here?'],
  ['keyward help', 'everything else'],
];

/** What `keyward` alone says: where one stands, and how to begin. Asks no server. */
export function showOverview({ paint, print, columns = 80 }: Output, config: Config): void {
  const profile = profileOf(config, config.current);
  const isSignedIn = profile?.token !== undefined;
  const standing = isSignedIn
    ? `Signed in to ${clean(profile.server)}${profile.email ? ` as ${clean(profile.email)}` : ''}.`
    : 'Not signed in yet.';
  const login = `keyward auth login${profile ? '' : ' --server <address>'}`;
  const lines: typeof beginnings = [
    ...(isSignedIn ? [] : [[login, 'begin here'] as [string, string]]),
    ...beginnings,
  ];
  const width = Math.max(...lines.map(([line]) => line.length)) + 3;
  const isWide = width + 18 <= columns;
  print(
    `${paint.bold('keyward')} ${paint.dim(version)}  the command line of your access desk\n\n${standing}\n`,
  );
  for (const [line, purpose] of lines)
    print(
      isWide
        ? `  ${paint.cyan(line.padEnd(width))}${paint.dim(purpose)}`
        : `  ${paint.cyan(line)}\n    ${paint.dim(purpose)}`,
    );
}
