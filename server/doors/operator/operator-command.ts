import path from 'node:path';
import type { DatabaseAddresses } from '#db/address.ts';
import { joinEmbedded } from '#db/embedded/embedded.ts';
import { EmbeddedPostgresError } from '#db/embedded/error.ts';
import { describeError, UnusableDatabaseError } from '#db/errors.ts';
import { LoadError } from '#db/load.ts';
import { ConfigError, givenAddresses, type Config } from '#server/config.ts';
import {
  BrokenSealError,
  MissingMasterKeyError,
  WrongMasterKeyError,
} from '#server/core/crypto/encryption.ts';
import { AppError } from '#server/errors.ts';
import { BackupError } from '#server/oversight/backups/read-backup.ts';
import { settings } from '#server/settings.ts';

/** Called in a way that means nothing. */
export class UsageError extends Error {}

/** Told in their own words; of anything else it is said what kind of fault it was. */
const plain = [
  AppError,
  BackupError,
  BrokenSealError,
  ConfigError,
  EmbeddedPostgresError,
  LoadError,
  UnusableDatabaseError,
  MissingMasterKeyError,
  WrongMasterKeyError,
];

export const say = (line: string) => void process.stderr.write(`${line}\n`);

/**
 * Runs a command of whoever operates this machine. Exit codes: 0 done, 1 refused or failed, which is also what `false` stands
 * for, 2 wrongly called.
 */
export async function runOperatorCommand(
  help: string,
  carryOut: (args: string[]) => Promise<boolean | void>,
): Promise<void> {
  const args = process.argv.slice(2);
  try {
    if (args.includes('--help')) process.stdout.write(help);
    else if ((await carryOut(args)) === false) process.exitCode = 1;
  } catch (error) {
    const isPlain = [UsageError, ...plain].some((kind) => error instanceof kind);
    say(isPlain ? (error as Error).message : describeError(error).message);
    if (error instanceof UsageError) say(`\n${help}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

/** What `node:util` says of arguments that it cannot read, without its advice to programmers. */
export function readingArguments<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0]);
  }
}

/** The settings that an operator's next command needs to act on the same database, to be written before it; no secret. */
export function describePlace({ databaseUrl, databaseOwnerUrl, dataFolder }: Config): string {
  const given = [databaseUrl && 'DATABASE_URL', databaseOwnerUrl && 'KEYWARD_DATABASE_OWNER_URL'].filter(
    Boolean,
  );
  if (given.length > 0) return `With the same ${given.join(' and ')}: `;
  return dataFolder === path.resolve(settings.KEYWARD_DATA.byDefault)
    ? ''
    : `KEYWARD_DATA=${quote(dataFolder)} `;
}

/** For a runtime that serves nobody: it counts no calls, so that it needs no Redis, and what it prints is its answer. */
export const quietly = (config: Config): Config => ({ ...config, logLevel: 'warn', redisUrl: undefined });

/** One word for a shell, whatever is in it. */
export const quote = (word: string) =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** The database that is configured, or our own: that of a running server, or one that is stopped with the scope. */
export async function openAddresses(
  config: Config,
  opened: AsyncDisposableStack,
  openOwn = joinEmbedded,
): Promise<DatabaseAddresses> {
  const given = givenAddresses(config);
  if (given) return given;
  const embedded = await openOwn({ dataFolder: config.dataFolder, say });
  opened.defer(() => embedded.stop());
  return { owner: embedded.address };
}
