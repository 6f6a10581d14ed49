import { fileURLToPath } from 'node:url';
import type { DatabaseAddress } from '#db/client.ts';
import { EmbeddedPostgresError } from '#db/embedded-error.ts';
import { startEmbedded } from '#db/embedded.ts';
import { MigrationError } from '#db/migrate.ts';
import { ConfigError, configHelp, readConfig, type Config } from '#server/config.ts';
import { AppError } from '#server/errors.ts';
import { openStaticExport, type StaticExport } from '#server/http/export.ts';
import { routeTable } from '#server/http/routes.ts';
import { startHttpServer } from '#server/http/server.ts';
import { createRuntime, type Runtime } from '#server/runtime.ts';
import { createConfiguredAdmin, issueSetupCode } from '#server/setup/commands.ts';

const exportFolder = fileURLToPath(new URL('../out/', import.meta.url));
const say = (line: string) => void process.stderr.write(`${line}\n`);

/** What has been started, to be stopped in the opposite order. */
const running: (() => Promise<void>)[] = [];

async function start(): Promise<void> {
  const config = readConfig();
  const runtime = await createRuntime(config, { address: await openAddress(config) });
  running.push(() => runtime.close());
  if (config.admin)
    await createConfiguredAdmin(runtime, config.admin).catch(asSetting('KEYWARD_ADMIN_PASSWORD'));
  const site = await openSite();
  const server = await startHttpServer(runtime, routeTable(site), site.upgrade);
  running.push(() => server.close());
  await announceSetup(runtime);
  say(`Keyward is ready at ${config.url.origin}`);
}

/** The pages as they were built, or as they are compiled while developing: Next is loaded only then. */
async function openSite(): Promise<StaticExport> {
  if (!process.argv.includes('--dev')) return openStaticExport(exportFolder);
  const { openDevelopmentPages } = await import('#server/http/development.ts');
  return openDevelopmentPages();
}

/** The database that is configured, or one of our own. */
async function openAddress({ databaseUrl, dataFolder }: Config): Promise<DatabaseAddress> {
  if (databaseUrl) return databaseUrl.reveal();
  const embedded = await startEmbedded({ dataFolder, say });
  running.push(() => embedded.stop());
  return embedded.address;
}

async function announceSetup(runtime: Runtime): Promise<void> {
  const code = await issueSetupCode(runtime);
  if (code)
    say(
      `Nobody can sign in yet. Make the first admin here:\n\n  ${runtime.config.url.origin}/setup?code=${code.reveal()}\n`,
    );
}

/** A refusal of what a setting says is told as that of the setting. */
function asSetting(name: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof AppError
      ? new ConfigError(`${name}: ${error.errors?.[0]?.message ?? error.message}`)
      : error;
  };
}

async function stopAll(): Promise<void> {
  for (let stop = running.pop(); stop; stop = running.pop()) await stop();
}

let stopping = false;

/** Lets what runs finish, writes what waits, and goes. Asked a second time it goes at once. */
async function shutDown(): Promise<void> {
  if (stopping) process.exit(1);
  stopping = true;
  say('Stopping …');
  await stopAll();
  process.exit(0);
}

/** One line for what an operator can mend; the whole error for what is a fault of ours. */
async function giveUp(error: unknown): Promise<void> {
  const isPlain = [ConfigError, EmbeddedPostgresError, MigrationError, AppError].some(
    (kind) => error instanceof kind,
  );
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE')
    say('Something is listening there already. Stop it, or set PORT to another port.');
  else if (isPlain) say((error as Error).message);
  else say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  await stopAll();
  process.exit(1);
}

if (process.argv.includes('--help')) {
  process.stdout.write(configHelp());
} else {
  process.on('SIGTERM', () => void shutDown());
  process.on('SIGINT', () => void shutDown());
  // Whoever started us has gone without a word.
  process.on('disconnect', () => void shutDown());
  await start().catch(giveUp);
}
