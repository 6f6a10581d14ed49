import type { Context } from '#cli/context.ts';
import { askText, isInteractive, readSecret } from '#cli/terminal/prompts.ts';
import type { WaysView } from '#server/core/sessions/schema.ts';
import type { CreatedTokenView, CreateTokenInput } from '#server/credentials/tokens/schema.ts';
import { createApi, type Api } from './api.ts';
import { CliError, usage } from './errors.ts';

/**
 * Signs in by e-mail and password, does something as that session, and signs out again. Throws what the server said where an
 * account is not let in that way. `isLeftOpen`: for a code, which ends with the session that made it; nothing here keeps the
 * cookie, and the session ends by itself when it has not been used for a day.
 */
export async function withSession<T>(
  context: Context,
  email: string | undefined,
  work: (session: Api) => Promise<T>,
  { isLeftOpen = false } = {},
): Promise<T> {
  const who = email ?? (await askEmail());
  const password = await readSecret(`Password of ${who}`);
  const server = context.server();
  const cookie = await signIn(context, { email: who, password });
  const session = createApi({ server, cookie, out: context.out });
  try {
    return await work(session);
  } finally {
    if (!isLeftOpen) await session.send('POST /api/v1/auth/logout').catch(() => null);
  }
}

async function askEmail(): Promise<string> {
  if (!isInteractive()) throw usage('Whose password?', 'Say --email <address>; the password comes on stdin.');
  return await askText('E-mail');
}

async function signIn(context: Context, body: { email: string; password: string }): Promise<string> {
  const api = context.apiWith();
  try {
    const answer = await api.stream('POST /api/v1/auth/login', { body });
    await answer.text();
    return answer.cookies.join('; ');
  } catch (error) {
    throw error instanceof CliError ? await explain(error, api) : error;
  }
}

/** To a wrong password the exit code is that of a refusal: nobody was signed in, so nobody has to sign in again. */
async function explain(error: CliError, api: Api): Promise<CliError> {
  const { code, resetUrl } = error.facts;
  const hint = await hintFor(code, resetUrl, api);
  const outcome = error.outcome === 'signedOut' ? 'refused' : error.outcome;
  return new CliError(outcome, error.message, { ...error.facts, hint: hint ?? error.facts.hint });
}

const noWays: WaysView = { ways: [], issuerName: null };

async function hintFor(
  code: string | undefined,
  resetUrl: string | undefined,
  api: Api,
): Promise<string | undefined> {
  if (code === 'password_change_required' && resetUrl)
    return `Choose one of your own, then try again: ${resetUrl}`;
  if (code === 'passwords_off') return 'Run keyward auth login without --password.';
  if (code !== 'login_failed') return undefined;
  const { ways, issuerName } = await api.send<WaysView>('GET /api/v1/auth/ways').catch(() => noWays);
  const others = [
    ways.includes('magic') && 'a mailed link',
    ways.includes('oidc') && (issuerName ?? 'single sign-on'),
  ];
  const named = others.filter(Boolean).join(' or ');
  return named
    ? `An account that signs in by ${named} has no password here: run keyward auth login without --password.`
    : undefined;
}

/** Makes a token in a session; where it may, a name that is taken gets a number. */
export async function makeToken(
  session: Api,
  input: Partial<CreateTokenInput> & { name: string },
  { isNumbered = false } = {},
): Promise<CreatedTokenView> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? input.name : `${input.name} ${number}`;
    try {
      return await session.send<CreatedTokenView>('POST /api/v1/tokens', { body: { ...input, name } });
    } catch (error) {
      const isTaken = error instanceof CliError && error.facts.code === 'name_taken';
      if (!isNumbered || !isTaken || number === 20) throw error;
    }
  }
}
