import type { Command } from 'commander';
import { assertProfileName, profileOf, updateConfig, type Profile } from '#cli/client/config.ts';
import { usage } from '#cli/client/errors.ts';
import { assertPrivateWay, parseServer } from '#cli/client/server-address.ts';
import { addExamples } from '#cli/command-help.ts';
import { openContext, type Context } from '#cli/context.ts';

export function addProfile(program: Command): void {
  const profile = program.command('profile').description('Which server, as whom: several side by side');
  profile
    .command('list')
    .description('List the profiles')
    .action((_, command: Command) => list(openContext(command)));
  const use = profile
    .command('use')
    .description('Have a profile be the one that is meant from here on')
    .argument('<name>', 'its name')
    .action((name: string, _, command: Command) => choose(openContext(command), name));
  addExamples(use, [
    ['keyward auth login --profile staging --server https://staging.example.com', 'make one'],
    ['keyward profile use staging', 'from here on'],
    ['keyward token list --profile staging', 'for one call'],
  ]);
  profile
    .command('set-server')
    .description('Note the server of a profile that has no token yet')
    .argument('<address>', 'where Keyward is')
    .action((address: string, _, command: Command) => setServer(openContext(command), address));
  profile
    .command('remove')
    .description('Forget a profile; its token is not revoked: for that, see "auth logout"')
    .argument('<name>', 'its name')
    .action((name: string, _, command: Command) => remove(openContext(command), name));
}

function list({ file, out }: Context): void {
  const { current, profiles } = file().config;
  const rows = Object.entries(profiles).map(([name, profile]) => describe(name, profile, name === current));
  if (out.json) return out.printJson(rows);
  if (rows.length === 0) return out.note('There is no profile yet. Make one: keyward auth login');
  out.table(rows, [
    { title: 'PROFILE', value: (row) => `${row.isCurrent ? '* ' : '  '}${row.name}`, paint: out.paint.bold },
    { title: 'SERVER', value: (row) => row.server, flexible: true },
    { title: 'WHO', value: (row) => row.email ?? '–', flexible: true },
    { title: 'ROLE', value: (row) => row.role ?? '–' },
  ]);
}

/** Never the token. */
function describe(name: string, { server, email, role, token, source }: Profile, isCurrent: boolean) {
  return {
    name,
    isCurrent,
    server,
    email: email ?? null,
    role: role ?? null,
    source: source ?? null,
    hasToken: token !== undefined,
  };
}

function choose({ out }: Context, name: string): void {
  const { config } = updateConfig((config) => {
    if (!profileOf(config, name)) throw noProfile(name);
    config.current = name;
  });
  out.done(`"${name}" is meant from here on: ${config.profiles[name]?.server}`);
}

function setServer({ out, globals }: Context, address: string): void {
  const server = parseServer(address);
  assertPrivateWay(server, globals.insecureHttp ?? false);
  let name = '';
  updateConfig((config) => {
    name = assertProfileName(globals.profile ?? config.current);
    const before = profileOf(config, name);
    if (before?.token !== undefined && before.server !== server)
      throw usage(
        `"${name}" holds a token of ${before.server}.`,
        'Name another: --profile <name>, or sign out first: keyward auth logout',
      );
    config.profiles[name] = { ...before, server, ...(globals.insecureHttp && { insecureHttp: true }) };
  });
  out.done(`The server of "${name}" is ${server}`);
}

function remove({ out }: Context, name: string): void {
  const { config } = updateConfig((config) => {
    if (!profileOf(config, name)) throw noProfile(name);
    delete config.profiles[name];
    if (config.current === name) config.current = Object.keys(config.profiles)[0] ?? 'default';
  });
  out.done(
    `Forgot "${name}"${profileOf(config, config.current) ? `; "${config.current}" is meant now` : ''}`,
  );
}

function noProfile(name: string) {
  return usage(`There is no profile "${name}".`, 'See: keyward profile list');
}
