import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { assertUsed } from '#db/connect.ts';
import { startEmbedded } from '#db/embedded/embedded.ts';
import { readConfig, type Config } from '#server/config.ts';
import { masterKeyPlace } from '#server/core/crypto/encryption.ts';
import { auditKeyPlace, findAuditKey, openAuditKey } from '#server/oversight/audit-seals/key.ts';
import {
  assertAdmins,
  BackupError,
  checkBackup,
  type CheckedBackup,
} from '#server/oversight/backups/read-backup.ts';
import { restoreBackup, type Restored } from '#server/oversight/backups/restore-backup.ts';
import { restoreChoices, type RestoreChoices } from '#server/oversight/backups/schema.ts';
import { writeBackup } from '#server/oversight/backups/write-backup.ts';
import {
  describePlace,
  openAddresses,
  quote,
  readingArguments,
  runOperatorCommand,
  say,
  UsageError,
} from './operator-command.ts';

const help = `Usage: npm run db -- backup <file>
       npm run db -- restore <file> [--secrets retire|keep] [--people deactivate|keep] [--admin <e-mail>]…

  backup    writes the whole database into a new file, whether the server runs or not
  restore   puts one into an empty database; the server must be stopped

A backup knows nothing of what was revoked after it. So a restore asks, or is told:

  --secrets retire      every token is revoked, every session, link and code ends, every password is
                        forgotten, every OpenID Connect sign-in has to be linked again
  --secrets keep        what was revoked since the backup WORKS AGAIN: only if you know that nothing was
  --people deactivate   everybody is deactivated but the admins named by --admin, who let the others in again
  --people keep         who was deactivated or demoted since the backup IS BACK: only if you know that nobody was
  --take-on-trust       restores a file whose audit key is lost, so that nobody vouches for it

The backup holds neither the master key nor the audit key, nor the folder audit-archive: keep audit-key.pem
and audit-archive of the data folder elsewhere too. It is not encrypted. Exit codes: 0 done, 1 refused or
failed, 2 wrongly called.
`;

interface Order {
  command: 'backup' | 'restore';
  file: string;
  secrets: string | undefined;
  people: string | undefined;
  admins: string[];
  onTrust: boolean;
}

const options = {
  secrets: { type: 'string' },
  people: { type: 'string' },
  admin: { type: 'string', multiple: true },
  'take-on-trust': { type: 'boolean' },
} as const;

function readOrder(args: string[]): Order {
  const { values, positionals } = readingArguments(() =>
    parseArgs({ args, options, allowPositionals: true }),
  );
  const [command, file, ...rest] = positionals;
  if ((command !== 'backup' && command !== 'restore') || !file || rest.length > 0)
    throw new UsageError('Say backup or restore, and a file.');
  if (command === 'backup' && Object.keys(values).length > 0)
    throw new UsageError('A backup has no options.');
  const { secrets, people, admin: admins = [], 'take-on-trust': onTrust = false } = values;
  const order = { command, file: path.resolve(file), secrets, people, admins, onTrust } as const;
  if (command === 'restore' && (!process.stdin.isTTY || (secrets && people))) assertChosen(order);
  return order;
}

/** Where nobody can be asked, nothing is taken for granted. */
function assertChosen(order: Order): RestoreChoices {
  const chosen = restoreChoices.safeParse({
    secrets: order.secrets,
    people: order.people,
    admins: order.admins,
  });
  if (!chosen.success) throw new UsageError('Say --secrets retire or keep, and --people deactivate or keep.');
  if (chosen.data.people === 'deactivate' && order.admins.length === 0)
    throw new UsageError('--people deactivate: name who stays, with --admin.');
  if (chosen.data.people === 'keep' && order.admins.length > 0)
    throw new UsageError('--admin goes with --people deactivate only.');
  return chosen.data;
}

async function backUp({ file }: Order, config: Config): Promise<void> {
  if (existsSync(file)) throw new BackupError(`${file} is there already. Name a new file.`);
  await using opened = new AsyncDisposableStack();
  const { owner: address } = await openAddresses(config, opened);
  await assertUsed(address);
  const onProgress = onceASecond((table: string, rows: number) => say(`${table} … ${count(rows, 'row')}`));
  const { rows, sha256, time } = await writeBackup(file, { address, key: openAuditKey(config), onProgress });
  say(`${count(rows, 'row')} as of ${time} are in ${file}.\nSHA-256 of its content: ${sha256}`);
  say('It is readable as it is, and for you alone: keep it where secrets are kept, or encrypt it.');
  sayWhatElseToKeep(config);
}

/** What is not in it, by the names that it has here. */
function sayWhatElseToKeep(config: Config): void {
  const masterKey = masterKeyPlace(config);
  const keys = `${auditKeyPlace(config)} to trust it${masterKey ? `, and ${masterKey} for --secrets keep` : ''}`;
  say(`Elsewhere, a restore needs ${keys}: keep copies apart from the backup.`);
}

async function restore(order: Order, config: Config): Promise<void> {
  const started = performance.now();
  say('Checking the file …');
  const backup = await checkBackup(order.file, { key: findAuditKey(config), onTrust: order.onTrust });
  const choices = await choose(order, backup);
  assertAdmins(backup, choices.admins);
  await using opened = new AsyncDisposableStack();
  const { owner: address } = await openAddresses(config, opened, startEmbedded);
  const onProgress = onceASecond((rows: number) =>
    say(`${rows.toLocaleString('en')} of ${count(backup.end.rows, 'row')} …`),
  );
  const restored = await restoreBackup(backup, { address, config, choices, onProgress });
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  say(`Restored ${count(backup.end.rows, 'row')} of ${backup.header.time} in ${seconds} s.`);
  report(backup, choices, restored);
  if (choices.secrets === 'retire') sayHowToGetIn(choices, config);
  if (!findAuditKey(config)?.knows(backup.end.key))
    say(`To have its seals checked, put this behind the audit key of this server:\n${backup.end.publicKey}`);
}

async function choose(order: Order, { header, tables }: CheckedBackup): Promise<RestoreChoices> {
  say(
    `A backup of ${header.time}: ${count(tables['users'] ?? 0, 'user')}, ${count(tables['credentials'] ?? 0, 'token')}, ` +
      `${count(tables['audit_events'] ?? 0, 'audit event')}.`,
  );
  if (order.secrets && order.people) return assertChosen(order);
  say(
    'What was revoked, switched off or changed after that is not in it. "--help" says what the answers do.',
  );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ask = async (question: string) => (await terminal.question(`${question}: `)).trim();
  try {
    const secrets = order.secrets ?? ((await ask('Secrets, retire or keep [retire]')) || 'retire');
    const people = order.people ?? ((await ask('People, deactivate or keep [deactivate]')) || 'deactivate');
    const isNamed = people === 'keep' || order.admins.length > 0;
    const admins = isNamed
      ? order.admins
      : (await ask('The admins who stay, one of each tenant, by e-mail')).split(/[\s,]+/);
    return assertChosen({ ...order, secrets, people, admins: admins.filter(Boolean) });
  } finally {
    terminal.close();
  }
}

function report(
  { header, tables }: CheckedBackup,
  { secrets, people }: RestoreChoices,
  restored: Restored,
): void {
  const retired = Object.entries(restored.retired)
    .filter(([, number]) => number > 0)
    .map(([kind, number]) => count(number, kind));
  if (retired.length > 0) say(`Retired: ${retired.join(', ')}.`);
  if (secrets === 'keep') say(`Secrets are as of ${header.time}: revoke again what was revoked since.`);
  if (people === 'keep') say(`People are as of ${header.time}: look through who has access, and as what.`);
  if (restored.sealKeptIn)
    say(`The audit log is shorter than it was: the newest seal of before is kept in ${restored.sealKeptIn}.`);
  if (tables['audit_archives'])
    say('Months of the audit log are in files: put audit-archive back into the data folder.');
}

function sayHowToGetIn({ admins: [admin] }: RestoreChoices, config: Config): void {
  const email = admin === undefined ? '<an admin>' : quote(admin);
  say('Nobody has a password now. This makes a link for an admin, who makes those of the others:');
  const command = config.ways.password ? `reset-password --email ${email} --link` : `invite --email ${email}`;
  say(`  ${describePlace(config)}npm run admin -- ${command}`);
}

const count = (number: number, thing: string) =>
  `${number.toLocaleString('en')} ${thing}${number === 1 ? '' : 's'}`;

function onceASecond<Facts extends unknown[]>(tell: (...facts: Facts) => void): (...facts: Facts) => void {
  let due = performance.now() + 1_000;
  return (...facts) => {
    if (performance.now() < due) return;
    due = performance.now() + 1_000;
    tell(...facts);
  };
}

await runOperatorCommand(help, (args) => {
  const order = readOrder(args);
  return order.command === 'backup' ? backUp(order, readConfig()) : restore(order, readConfig());
});
