import type { Command } from 'commander';
import { assertSendable } from '#cli/client/access.ts';
import { profileOf, updateConfig } from '#cli/client/config.ts';
import { CliError, usage } from '#cli/client/errors.ts';
import { makeToken, withSession } from '#cli/client/password-session.ts';
import {
  endToken,
  grantByDevice,
  hostName,
  keepToken,
  noPerson,
  replaceProfile,
  fetchIdentity,
} from '#cli/client/sign-in.ts';
import { addExamples } from '#cli/command-help.ts';
import { openContext, type Context } from '#cli/context.ts';
import { describeStanding, showStanding } from '#cli/standing.ts';
import { listStatus } from '#cli/status.ts';
import { askText, isInteractive, readSecret } from '#cli/terminal/prompts.ts';

interface LoginOptions {
  password?: boolean;
  email?: string;
  browser: boolean;
  wait?: boolean;
}

interface ImportOptions {
  email?: string;
  role?: string;
  skipVerify?: boolean;
}

export function addAuth(program: Command): void {
  const auth = program.command('auth').description('Sign in and out, and see who you are');
  addLogin(auth);
  addImport(auth);
  auth
    .command('whoami')
    .description('Show who you are, where, and until when')
    .action((_, command: Command) => whoami(openContext(command)));
  auth
    .command('status')
    .description('Show every profile and whether its token works')
    .action((_, command: Command) => listStatus(openContext(command)));
  auth
    .command('logout')
    .description('Forget the token, and revoke it if "login" or "setup" had it made')
    .action((_, command: Command) => logout(openContext(command)));
}

function addLogin(auth: Command): void {
  const login = auth
    .command('login')
    .description('Sign in: confirm in a browser, and this machine gets a token for 90 days')
    .option('--password', 'by e-mail and password instead; the password is asked for, or read from stdin')
    .option('--email <address>', 'with --password: whose')
    .option('--no-browser', 'do not open a browser, print the address only')
    .option('--wait', 'also in CI: wait ten minutes for someone to confirm')
    .action((options: LoginOptions, command: Command) => signIn(openContext(command), options));
  addExamples(login, [
    ['keyward auth login --server https://keyward.example.com', 'the first time'],
    ['keyward auth login', 'again, where you were signed in before'],
    ['keyward auth login --password --email ada@example.com < password.txt', 'without a browser'],
  ]);
}

function addImport(auth: Command): void {
  const command = auth
    .command('import-token')
    .description('Keep a token that you have; it is read from stdin or a hidden prompt')
    .option('--email <address>', 'whose it is; with --skip-verify it has to be said')
    .option('--role <role>', 'their role; with --skip-verify it has to be said')
    .option('--skip-verify', 'do not ask the server whether it works')
    .action((options: ImportOptions, command: Command) => importToken(openContext(command), options));
  addExamples(command, [
    ['keyward auth import-token --server https://keyward.example.com < token.txt', 'from a file'],
    ['op read op://vault/keyward/token | keyward auth import-token', 'from a password manager'],
  ]);
}

async function signIn(context: Context, options: LoginOptions): Promise<void> {
  const { password, email, browser, wait } = options;
  if (!password && email !== undefined) throw usage('--email goes with --password.');
  if (!password && !wait && process.env['CI'] && !isInteractive()) throw noPerson('sign in');
  if (!context.access().server && isInteractive())
    context.useServer(await askText('Address of your Keyward'));
  const token = password ? await tokenByPassword(context, email) : await tokenByDevice(context, browser);
  const me = await fetchIdentity(context.apiWith(token));
  const profile = await keepToken(context, { token, source: 'login', me });
  const standing = describeStanding(me, context.server(), profile);
  if (context.out.json) context.out.printJson({ ...me, server: context.server(), profile });
  context.out.done(`Signed in to ${context.server()} as ${standing.who}`);
  showStanding(context.out, standing, { isShort: true });
  if (process.env['KEYWARD_TOKEN'])
    context.out.warn('KEYWARD_TOKEN is set, and goes before what was just kept. Unset it.');
}

async function tokenByDevice(context: Context, browser: boolean): Promise<string> {
  return (await grantByDevice(context, {}, browser)).access_token;
}

async function tokenByPassword(context: Context, email: string | undefined): Promise<string> {
  const name = `CLI on ${hostName()}`;
  const made = await withSession(context, email, (session) =>
    makeToken(session, { name }, { isNumbered: true }),
  );
  return made.token;
}

async function importToken(context: Context, options: ImportOptions): Promise<void> {
  const { email, role, skipVerify } = options;
  if (skipVerify && !(email && role))
    throw usage(
      'With --skip-verify, --email and --role have to be given.',
      'Without it the server is asked for both.',
    );
  const server = context.server();
  const token = assertSendable((await readSecret('Token')).trim(), 'stdin');
  if (skipVerify) {
    const name = await replaceProfile(context, { server, token, email, role, source: 'import' });
    context.out.done(`Kept for ${server} in the profile "${name}", without asking the server`);
    return;
  }
  const me = await fetchIdentity(context.apiWith(token)).catch((error: unknown) => {
    throw asRefusal(error);
  });
  assertSame('e-mail', email, me.user?.email);
  assertSame('role', role, me.user?.role);
  const profile = await keepToken(context, { token, source: 'import', me });
  const standing = describeStanding(me, server, profile);
  if (context.out.json) context.out.printJson({ ...me, server, profile });
  context.out.done(`Kept the token of ${standing.who} at ${server}`);
  showStanding(context.out, standing, { isShort: true });
}

function assertSame(what: string, said: string | undefined, is = 'none'): void {
  if (said === undefined || said.toLowerCase() === is.toLowerCase()) return;
  throw new CliError('refused', `The ${what} of this token is ${is}. Nothing was kept.`);
}

/** That a token does not work is what was asked here, so it is a no and not "sign in first". */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof CliError) || error.outcome !== 'signedOut') return error;
  const hint = 'Nothing was kept; what was there before still is.';
  return new CliError('refused', error.message, { ...error.facts, hint });
}

async function whoami(context: Context): Promise<void> {
  const api = context.api();
  const me = await fetchIdentity(api);
  const { profileName, tokenOrigin } = context.access();
  const profile = tokenOrigin === 'profile' ? profileName : undefined;
  if (context.out.json) context.out.printJson({ ...me, server: api.server, profile: profile ?? null });
  else showStanding(context.out, describeStanding(me, api.server, profile));
}

async function logout(context: Context): Promise<void> {
  const { out } = context;
  const { profileName } = context.access();
  const profile = profileOf(context.file().config, profileName);
  if (!profile?.token) throw new CliError('signedOut', `The profile "${profileName}" holds no token.`);
  const { server, insecureHttp, source } = profile;
  context.useServer(server);
  const isEnded = await endToken(context, profile);
  updateConfig((config) => {
    config.profiles[profileName] = { server, ...(insecureHttp && { insecureHttp }) };
  });
  if (out.json) out.printJson({ profile: profileName, server, revoked: isEnded });
  out.done(`Signed out of ${server}`);
  if (source === 'import') out.note('  The token was one that you brought along: it still works elsewhere.');
  else if (!isEnded)
    throw new CliError('unreachable', 'The token is forgotten here, but could not be revoked.', {
      hint: `Revoke it in a browser: ${server}/tokens`,
    });
}
