import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError, parseConfig } from '#server/config.ts';
import { findAuditKey, openAuditKey } from '#server/oversight/audit-seals/key.ts';
import { dataFolder } from '#server/testing/process.ts';

const pem = { type: 'pkcs8', format: 'pem' } as const;
const publicPem = { type: 'spki', format: 'pem' } as const;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const ellipticCurve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const edwards = generateKeyPairSync('ed25519');

const damaged: [what: string, text: string][] = [
  ['junk', 'junk\n'],
  ['nothing', ''],
  ['half a key', edwards.privateKey.export(pem).slice(0, 60)],
  ['an RSA key', rsa.privateKey.export(pem)],
  ['an EC key', ellipticCurve.privateKey.export(pem)],
  ['a public key', edwards.publicKey.export(publicPem)],
];

/** Of a file in the data folder, which is left as it was. */
async function assertRefused(folder: string) {
  const file = join(folder, 'audit-key.pem');
  const config = parseConfig({ KEYWARD_DATA: folder });
  for (const open of [openAuditKey, findAuditKey])
    assert.throws(
      () => open(config),
      (error) =>
        error instanceof ConfigError &&
        error.message.startsWith(`${file} holds no Ed25519 private key in PEM. Put back the copy of it.`) &&
        !error.message.includes('\n'),
    );
  assert.deepEqual(await readdir(folder), ['audit-key.pem']);
}

for (const [what, text] of damaged) {
  test(`${what} in place of the audit key is refused by name, in the data folder and by the setting`, async () => {
    await using folder = await dataFolder();
    const { KEYWARD_DATA } = folder.settings;
    const file = join(KEYWARD_DATA, 'audit-key.pem');
    await writeFile(file, text);
    await assertRefused(KEYWARD_DATA);
    assert.equal(await readFile(file, 'utf8'), text);
    assert.throws(() => parseConfig({ KEYWARD_AUDIT_KEY_FILE: file }), {
      message: /^KEYWARD_AUDIT_KEY_FILE: .+audit-key\.pem.+ will not do\. Legal: an Ed25519 private key/,
    });
  });
}

test('a folder, and a link that leads nowhere, are no audit key either, and are not written over', async () => {
  await using folder = await dataFolder();
  const { KEYWARD_DATA } = folder.settings;
  const file = join(KEYWARD_DATA, 'audit-key.pem');
  await mkdir(file);
  await assertRefused(KEYWARD_DATA);
  assert.throws(() => parseConfig({ KEYWARD_AUDIT_KEY_FILE: file }), { message: /cannot be read/ });
  await rm(file, { recursive: true });
  await symlink(join(KEYWARD_DATA, 'not-mounted'), file);
  await assertRefused(KEYWARD_DATA);
});

test('a file in place of the data folder is named, and where no key can be made that is said', async () => {
  await using folder = await dataFolder();
  const file = join(folder.settings.KEYWARD_DATA, 'file');
  await writeFile(file, 'kept');
  for (const KEYWARD_DATA of [file, join(file, 'below')])
    assert.throws(() => openAuditKey(parseConfig({ KEYWARD_DATA })), {
      message: `${KEYWARD_DATA} is not a folder. Set KEYWARD_DATA to one, or remove what is there.`,
    });
  const KEYWARD_DATA = join(folder.settings.KEYWARD_DATA, 'n'.repeat(300));
  assert.throws(() => openAuditKey(parseConfig({ KEYWARD_DATA })), {
    message:
      /audit-key\.pem cannot be read \(ENAMETOOLONG\)\. Let the user that the server runs as do so, or set/,
  });
  assert.equal(await readFile(file, 'utf8'), 'kept');
});

test('a key is made once, for its owner only; keys behind it check, and one that is none is named', async () => {
  await using folder = await dataFolder();
  const { KEYWARD_DATA } = folder.settings;
  const file = join(KEYWARD_DATA, 'audit-key.pem');
  const config = parseConfig({ KEYWARD_DATA });
  assert.equal(findAuditKey(config), undefined);
  const made = openAuditKey(config);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal(findAuditKey(config)?.id, made.id);

  const both = `${edwards.privateKey.export(pem)}${made.publicKey}`;
  const key = openAuditKey(parseConfig({ KEYWARD_DATA, KEYWARD_AUDIT_KEY: both }));
  assert.notEqual(key.id, made.id);
  assert.equal(key.check(made.id, 'text', made.sign('text')), 'good');
  const broken = both.replace(made.publicKey.slice(30, 50), '');
  assert.throws(() => openAuditKey(parseConfig({ KEYWARD_AUDIT_KEY: broken })), {
    message: 'KEYWARD_AUDIT_KEY: key 2 in it cannot be read. Mend it, or take it out.',
  });
});
