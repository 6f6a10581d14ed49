import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { Context } from '#cli/context.ts';
import { openBrowser } from '#cli/terminal/browser.ts';
import { isInteractive } from '#cli/terminal/prompts.ts';
import { startSpinner } from '#cli/terminal/spinner.ts';
import { clean } from '#cli/terminal/text.ts';
import { cutText } from '#server/core/access/schema.ts';
import type { MeView } from '#server/core/sessions/schema.ts';
import type { Api } from './api.ts';
import { updateConfig, type Config, type Profile, type TokenSource } from './config.ts';
import {
  pollOnce,
  requestDeviceCode,
  waitForToken,
  type DeviceAuthorization,
  type GrantedToken,
} from './device-grant.ts';
import { CliError } from './errors.ts';

/** What this machine is called, for the page that asks whether to let it in. */
export function hostName(): string {
  return cutText(clean(hostname()).trim(), 40) || 'unknown host';
}

/** Nobody reads the address that would have to be opened: better said at once than after ten minutes. */
export function noPerson(what: string): CliError {
  return new CliError('signedOut', `A person has to ${what}, and there is no terminal to ask one.`, {
    hint: 'By password: --password --email <address>. To wait for someone who opens the address: --wait.',
  });
}

/** Has a person confirm in a browser that a token is made, and waits for it. */
export async function grantByDevice(
  context: Context,
  request: Omit<DeviceAuthorization, 'host'>,
  browser: boolean,
): Promise<GrantedToken> {
  const { out } = context;
  const api = context.apiWith();
  const code = await requestDeviceCode(api, { host: hostName(), ...request });
  const address = code.verification_uri_complete ?? code.verification_uri;
  const isOpened = browser && isInteractive() && openBrowser(address, api.server);
  const paint = out.notePaint;
  // Without this nobody could go on, so also with --quiet.
  process.stderr.write(
    [
      isOpened
        ? 'Your browser opens this page; confirm there:'
        : 'Open this page in a browser, and confirm there:',
      '',
      `  ${paint.bold(clean(address))}`,
      '',
      `The page has to show this code:  ${paint.bold(clean(code.user_code))}`,
      '',
      '',
    ].join('\n'),
  );
  const spinner = startSpinner(out, 'Waiting for you to confirm');
  const sleep = (seconds: number) => setTimeout(seconds * 1_000);
  return await waitForToken({ code, poll: () => pollOnce(api, code.device_code), sleep }).finally(() =>
    spinner.stop(),
  );
}

/**
 * Writes server and token into a profile at once, and ends the token that stood there, if the program had it made. Returns the
 * name of the profile.
 */
export async function keepToken(
  context: Context,
  { token, source, me }: { token: string; source: TokenSource; me: MeView },
): Promise<string> {
  const server = context.server();
  const profile: Profile = {
    server,
    token,
    credentialId: me.credential?.id,
    email: me.user?.email,
    role: me.user?.role,
    source,
    ...(context.access().insecureHttp && { insecureHttp: true }),
  };
  return await replaceProfile(context, profile);
}

/** Returns the name of the profile. */
export async function replaceProfile(context: Context, profile: Profile): Promise<string> {
  let replaced: Profile | undefined;
  let name = '';
  updateConfig((config) => {
    name = profileNameFor(context, config);
    replaced = Object.hasOwn(config.profiles, name) ? config.profiles[name] : undefined;
    config.profiles[name] = profile;
    if (context.globals.profile === undefined || !Object.hasOwn(config.profiles, config.current))
      config.current = name;
  });
  if (replaced?.server === profile.server && replaced.token !== profile.token)
    await endToken(context, replaced);
  return name;
}

/** Where a token of a server belongs: no other server's is written over unless that profile was named. */
function profileNameFor(context: Context, config: Config): string {
  const { profileName, profile } = context.access();
  if (context.globals.profile !== undefined || profile || config.profiles[profileName]?.token === undefined)
    return profileName;
  const { host } = new URL(context.server());
  const base =
    host
      .replaceAll(/[^\w.-]/g, '-')
      .replace(/^[^a-z\d]+/i, '')
      .slice(0, 60) || 'server';
  const isFree = (name: string) =>
    !Object.hasOwn(config.profiles, name) || config.profiles[name]?.server === context.server();
  return [base, ...Array.from({ length: 50 }, (_, at) => `${base}-${at + 2}`)].find(isFree) ?? base;
}

/**
 * Revokes a token that the program had made. Returns whether it is ended for certain; one that somebody brought along is not
 * ours to end.
 */
export async function endToken(context: Context, profile: Profile): Promise<boolean> {
  if (profile.token === undefined || profile.credentialId === undefined || profile.source === 'import')
    return false;
  const api = context.apiWith(profile.token);
  return await revokeItself(api, profile.credentialId).catch((error: Error) => {
    context.out.trace(`the old token was not revoked: ${error.message}`);
    return false;
  });
}

async function revokeItself(api: Api, id: string): Promise<boolean> {
  const response = await api.ask(`DELETE /api/v1/tokens/${id}`, {
    body: { reason: 'Signed out from the command line' },
  });
  // Refused as unknown, ended or switched off: it does not work any more.
  await response.text();
  return response.isOk || response.status === 401 || response.status === 404;
}

export async function fetchIdentity(api: Api): Promise<MeView> {
  return await api.send<MeView>('GET /api/v1/me');
}
