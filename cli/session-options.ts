import type { Command } from 'commander';
import type { Api } from './client/api.ts';
import { CliError } from './client/errors.ts';
import { withSession } from './client/password-session.ts';
import type { Context } from './context.ts';

export interface SessionOptions {
  password?: boolean;
  email?: string;
}

/** What a machine's credential is made or widened by: never a token, however much it may. */
export function inSession(command: Command): Command {
  return command
    .option('--password', 'by e-mail and password; without it you are told where to do it in a browser')
    .option('--email <address>', 'with --password: whose');
}

/** A bearer may not widen a machine's credential: what is stolen must make nothing that outlives it. */
export function assertByPassword(
  context: Context,
  { password }: SessionOptions,
  { done, page }: { done: string; page: string },
): void {
  if (password) return;
  throw new CliError('refused', `${done} by a signed-in person, never by a token.`, {
    hint: `In a browser: ${context.server()}${page} – or here: add --password`,
  });
}

/** Does something by the token of this machine, or in a session where that is said. */
export async function asPerson<T>(
  context: Context,
  { password, email }: SessionOptions,
  work: (api: Api) => Promise<T>,
): Promise<T> {
  return password ? await withSession(context, email, work) : await work(context.api());
}
