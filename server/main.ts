import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { DestinationStream } from 'pino';
import type { DatabaseAddresses } from '#db/address.ts';
import { findAway } from '#db/connect.ts';
import { startEmbedded } from '#db/embedded/embedded.ts';
import { EmbeddedPostgresError } from '#db/embedded/error.ts';
import { UnusableDatabaseError } from '#db/errors.ts';
import { untilAvailable } from '#db/until-available.ts';
import { ConfigError, configHelp, givenAddresses, readConfig, type Config } from '#server/config.ts';
import type { Runtime } from '#server/core/access/context.ts';
import {
  assertMasterKeyFile,
  BrokenSealError,
  MissingMasterKeyError,
  WrongMasterKeyError,
} from '#server/core/crypto/encryption.ts';
import { gatherOutput } from '#server/core/log/gather-output.ts';
import { assertKeysOpen, openSigner } from '#server/core/signing-keys/rotate-keys.ts';
import { readBundle } from '#server/doors/downloads/read-bundle.ts';
import { openWaitingRoom } from '#server/doors/health/waiting-room.ts';
import { startHttpServer } from '#server/doors/http/server.ts';
import { startJobs } from '#server/doors/jobs/queue.ts';
import { startMetricsServer } from '#server/doors/metrics/metrics-door.ts';
import { openStaticExport, type StaticExport } from '#server/doors/pages/export.ts';
import { AppError } from '#server/errors.ts';
import { findAuditKey } from '#server/oversight/audit-seals/key.ts';
import { createConfiguredAdmin, issueSetupCode } from '#server/people/first-admin/commands.ts';
import { routeTable, upgradeTable } from '#server/routes.ts';
import { createRuntime } from '#server/runtime.ts';

const exportFolder = fileURLToPath(new URL('../out/', import.meta.url));
const cliFolder = fileURLToPath(new URL('../out-cli/', import.meta.url));
const say = (line: string) => void process.stderr.write(`${line}\n`);

const flags = readFlags();

/** What has been started, to be stopped in the opposite order, and how many milliseconds that may take. */
const running: { stop: () => Promise<void>; withinMs: number }[] = [];

async function start(): Promise<void> {
  const config = readConfig();
  // What is damaged is better refused now than with every seal, and on the first call.
  findAuditKey(config);
  assertMasterKeyFile(config);
  const addresses = await openAddresses(config);
  await awaitDatabase(config, addresses);
  const logTo = process.stdout.isTTY ? await openTerminalLog() : undefined;
  const runtime = await createRuntime(config, { addresses, works: true, ...(logTo && { logTo }) }).catch(
    asKeyFault,
  );
  // A fault of ours, in what one request began: it must not end the server for everybody.
  process.on('unhandledRejection', (error) =>
    runtime.log.error({ err: error }, 'nobody waited for a failure'),
  );
  running.push({ stop: () => runtime.close(), withinMs: 8_000 });
  await assertKeysOpen(runtime.db, config, runtime.clock.now()).catch(asKeyFault);
  if (config.admin)
    await createConfiguredAdmin(runtime, config.admin).catch(asSetting('KEYWARD_ADMIN_PASSWORD'));
  // What verifies our JWTs reads the key set when it starts, which may be before the first is signed.
  await openSigner(runtime);
  await runtime.hub.listen();
  const site = await openSite();
  const routes = routeTable(site, await readBundle(cliFolder));
  const server = await startHttpServer(runtime, routes, upgradeTable(site));
  running.push({ stop: () => server.close(), withinMs: 35_000 + config.drainSeconds * 1_000 });
  if (config.metrics.port !== undefined) {
    const metrics = await startMetricsServer(runtime, config.metrics.port);
    running.push({ stop: () => metrics.close(), withinMs: 2_000 });
  }
  await startJobs(runtime);
  runtime.seals.start();
  await announce(runtime, server.port);
}

/** Lines for people; what reads them elsewhere gets JSON. */
async function openTerminalLog(): Promise<DestinationStream> {
  const { formatLines } = await import('#server/core/log/format-lines.ts');
  return formatLines(gatherOutput(process.stdout), process.stdout.hasColors());
}

/** The pages as they were built, or as they are compiled while developing: Next is loaded only then. */
async function openSite(): Promise<StaticExport> {
  if (!flags.dev) return openStaticExport(exportFolder);
  const { openDevelopmentPages } = await import('#server/doors/pages/development.ts');
  return openDevelopmentPages();
}

/** The database that is configured, or one of our own. */
async function openAddresses(config: Config): Promise<DatabaseAddresses> {
  const given = givenAddresses(config);
  if (given) return given;
  const { dataFolder } = config;
  const starting = startEmbedded({ dataFolder, say });
  // Now, and not once it runs: whoever stops us meanwhile must not leave it behind.
  const stop = () =>
    starting.then(
      (embedded) => embedded.stop(),
      () => {},
    );
  running.push({ stop, withinMs: 15_000 });
  return { owner: (await starting).address };
}

/** Waits for a database that is away, and says so to whoever asks; one that refuses us stops the start. */
async function awaitDatabase(config: Config, { owner }: DatabaseAddresses): Promise<void> {
  await using waiting = new AsyncDisposableStack();
  for (let isWaiting = false; ; isWaiting = true) {
    const away = await findAway(owner);
    if (!away || stopping) return;
    if (!isWaiting) {
      waiting.use(await openWaitingRoom(config));
      say(`${away.message} Waiting for it …`);
    }
    await sleep(500);
  }
}

/** What to open: while there is no user, the address that makes the first admin is the only one of use, and so the last line. */
async function announce(runtime: Runtime, port: number): Promise<void> {
  const { origin } = runtime.config.url;
  const listening = listensElsewhere(runtime.config, port);
  const code = await untilAvailable(() => issueSetupCode(runtime));
  const setup =
    code &&
    `\nNobody can sign in yet. Make the first admin here:\n\n  ${origin}/setup?code=${code.reveal()}\n`;
  // In one piece: a program that waits for the first line has the others.
  const lines = [
    `Keyward is ready at ${origin}${listening}`,
    `Its command line: curl -fsSL ${origin}/cli/install.sh | sh`,
    ...(setup ? [setup] : []),
  ];
  say(lines.join('\n'));
}

/** Where it listens, unless the address of people says so. */
function listensElsewhere({ host, url }: Config, port: number): string {
  const bracketed = host.includes(':') ? `[${host}]` : host;
  const isHere = bracketed === url.hostname || [bracketed, url.hostname].every((name) => ownName.test(name));
  if (isHere && url.protocol === 'http:' && Number(url.port || 80) === port) return '';
  return ` (it listens on ${bracketed}:${port})`;
}

const ownName = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** A refusal of what a setting says is told as that of the setting. */
function asSetting(name: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof AppError
      ? new ConfigError(`${name}: ${error.errors?.[0]?.message ?? error.message}`)
      : error;
  };
}

/** A database that hangs must not keep us: what it has committed is safe, and the next start takes it over. */
async function stopAll(): Promise<void> {
  for (let step = running.pop(); step; step = running.pop()) {
    await Promise.race([step.stop(), sleep(step.withinMs, undefined, { ref: false })]);
  }
}

let stopping = false;

/** Lets what runs finish, writes what waits, and goes. Asked a second time it goes at once. */
async function shutDown(): Promise<void> {
  if (stopping) process.exit(1);
  stopping = true;
  say('Stopping …');
  await stopAll();
  say('Stopped.');
  process.exit(0);
}

/** Better now than when somebody first asks for a signature. */
function asKeyFault(error: unknown): never {
  if (error instanceof MissingMasterKeyError)
    throw new ConfigError(
      `KEYWARD_MASTER_KEY: this database holds keys that were sealed under one. ${error.message} Set it, or put the file back.`,
    );
  if (error instanceof WrongMasterKeyError)
    throw new ConfigError(
      'KEYWARD_MASTER_KEY: this database holds keys that were sealed under another one. Set it to that one.',
    );
  if (error instanceof BrokenSealError)
    throw new ConfigError(`${error.message} Find out who did that; deleting the row has another key made.`);
  throw error;
}

/** Why an address cannot be listened on, by the code of the fault. */
const listenFaults: Record<string, (where: string) => string> = {
  EADDRINUSE: (where) => `Something is listening on ${where} already. Stop it, or set PORT to another port.`,
  EACCES: (where) => `Only root may listen on ${where}. Set PORT to one from 1024 on.`,
  EADDRNOTAVAIL: (where) =>
    `HOST: ${where} is no address of this machine. Set it to one that is, or to 0.0.0.0.`,
  ENOTFOUND: (where) => `HOST: ${where} is a name that leads nowhere. Set it to an address of this machine.`,
};

/** One line for what an operator can mend; the whole error for what is a fault of ours. */
async function giveUp(error: unknown): Promise<void> {
  // What it needs was taken away from it.
  if (stopping) return;
  const isPlain = [ConfigError, EmbeddedPostgresError, UnusableDatabaseError, AppError].some(
    (kind) => error instanceof kind,
  );
  const fault = error as NodeJS.ErrnoException & { address?: string; hostname?: string; port?: number };
  const cannotListen = listenFaults[fault.code ?? ''];
  if (cannotListen)
    say(cannotListen([fault.address ?? fault.hostname, fault.port].filter(Boolean).join(':')));
  else if (isPlain) say((error as Error).message);
  else say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  await stopAll();
  process.exit(1);
}

function readFlags(): { help?: boolean; dev?: boolean } {
  try {
    return parseArgs({ options: { help: { type: 'boolean' }, dev: { type: 'boolean' } } }).values;
  } catch (error) {
    say(`${(error as Error).message.split('. ')[0]}. "npm start -- --help" says what there is.`);
    process.exit(2);
  }
}

if (flags.help) {
  process.stdout.write(configHelp());
} else {
  // Whoever read our log may go before us.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  process.on('SIGTERM', () => void shutDown());
  process.on('SIGINT', () => void shutDown());
  // Its terminal has closed: its output would go unseen, and it could not be stopped.
  process.on('SIGHUP', () => void shutDown());
  // Whoever started us has gone without a word.
  process.on('disconnect', () => void shutDown());
  await start().catch(giveUp);
}
