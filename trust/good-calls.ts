import { randomUUIDv7 } from 'node:crypto';
import { randomBase62 } from '#server/core/secrets/format.ts';
import type { CreatedTokenView } from '#server/credentials/tokens/schema.ts';
import { Secret } from '#server/secret.ts';
import { textOf } from '#server/testing/caller.ts';
import { codeOf, expect, goodPassword, signIn, type Person } from '#server/testing/person.ts';
import { agentCalls } from './agent-calls.ts';
import { keyCalls } from './key-calls.ts';
import { mcpCalls } from './mcp-calls.ts';
import { by, byAdmin, byMember, byStranger, post, type Prepare } from './prepare.ts';
import { tenantCalls } from './tenant-calls.ts';
import type { GoodCall, TrialTenant } from './trial.ts';

const newPassword = 'eleven boats under a paper moon';
const unreachable = 503;

const tokens = new WeakMap<Person, Promise<CreatedTokenView>>();
/** One for each member: what is made ready at the same place is about the same token. */
function token({ member }: TrialTenant): Promise<CreatedTokenView> {
  const made = tokens.get(member) ?? member.createToken({ name: 'laptop' });
  tokens.set(member, made);
  return made;
}
const idOfToken = async (place: TrialTenant) => ({ id: (await token(place)).credential.id });
const member = ({ member: { id } }: TrialTenant) => Promise.resolve({ id });

async function tokenInGrace(place: TrialTenant) {
  const input = await idOfToken(place);
  await post(place.member, `/tokens/${input.id}/rotate`, { graceSeconds: 3_600 });
  return input;
}

async function offMember(place: TrialTenant) {
  await post(place.admin, `/users/${place.member.id}/deactivate`);
  return member(place);
}

async function offToken(place: TrialTenant) {
  const input = await idOfToken(place);
  await post(place.admin, `/admin/tokens/${input.id}/disable`);
  return input;
}

const someone = () => ({ name: 'Some One', email: `${randomBase62(20)}@example.com`, role: 'member' });
const invite = ({ admin }: TrialTenant) => post(admin, '/users', someone());
const inviteCode = async (place: TrialTenant) => ({
  code: codeOf(textOf((await invite(place))['inviteUrl'])),
});
const resetCode = async ({ admin, member }: TrialTenant) => ({
  code: codeOf(textOf((await post(admin, `/users/${member.id}/reset-password`))['resetUrl'])),
});

async function link(place: TrialTenant): Promise<string> {
  await invite(place);
  const { body } = await place.admin.send('GET /api/v1/links?limit=1');
  return textOf(body['items']?.['0']?.['id']);
}

const setupCode = async ({ member }: TrialTenant) => {
  const { id, code } = await post(member, '/setup-codes');
  return { id: textOf(id), code: textOf(code) };
};

async function reporting(place: TrialTenant): Promise<GoodCall> {
  const { code } = await setupCode(place);
  const call = 'POST /api/v1/setup-codes/redeem';
  const redeemed = await place.stage.servers[0].send(call, { body: { code, host: 'host' } });
  const who = { token: textOf(expect(201, redeemed).body['secret']) };
  return { who, input: { version: '0.1.0', healthy: true } };
}

/** What a machine shows that asks to be let in. */
async function userCode({ stage, from }: TrialTenant) {
  const asked = await stage.servers[0].send('POST /oauth/device_authorization', {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Forwarded-For': from },
    text: 'client_id=keyward-cli',
  });
  return { userCode: textOf(expect(200, asked).body['user_code']) };
}

/** As a mailed link has it. */
async function magicCode({ stage, member }: TrialTenant) {
  const code = new Secret(randomBase62(32));
  await stage.sql(
    `insert into one_time_codes (id, tenant_id, user_id, hash, purpose, created_at, expires_at)
     values (gen_random_uuid(), $1, $2, $3, 'magic', now(), now() + interval '10 minutes')`,
    [member.tenantId, member.id, code.hash()],
  );
  return { code: code.reveal() };
}

/** Signed in twice: by the second session, to end the first. */
async function inSecondSession({ stage, member }: TrialTenant): Promise<GoodCall> {
  const id = await sessionOf(stage, member.id);
  const { cookie } = await signIn(stage.servers[0], member.email, goodPassword);
  return { who: { cookie }, input: { id } };
}

async function sessionOf(stage: TrialTenant['stage'], userId: string): Promise<string> {
  const [row] = await stage.sql<{ id: string }>('select id from sessions where user_id = $1', [userId]);
  return row?.id ?? '';
}

async function identity({ stage, member }: TrialTenant) {
  const id = randomUUIDv7();
  await stage.sql(
    `insert into user_identities (id, tenant_id, user_id, issuer, subject, linked_at)
     values ($1, $2, $3, 'https://issuer.example', $4, now())`,
    [id, member.tenantId, member.id, id],
  );
  return { id };
}

/** A token that was seen in an address makes one. */
async function notice(place: TrialTenant) {
  const made = await token(place);
  await place.stage.servers[0].send(`GET /?token=${made.token}`);
  const { body } = await place.member.send('GET /api/v1/notices');
  return { id: textOf(body['items']?.['0']?.['id']) };
}

async function sequence({ admin, member }: TrialTenant) {
  await post(admin, `/users/${member.id}/revoke-sessions`);
  const { body } = await admin.send('GET /api/v1/audit?limit=1');
  return { sequence: Number(body['items']?.['0']?.['sequence']) };
}

/** Well formed, and never made here. */
const seal = {
  version: 1,
  number: 1,
  from: 1,
  to: 1,
  count: 0,
  months: [],
  root: '0'.repeat(64),
  fingerprints: '0'.repeat(64),
  previous: '0'.repeat(64),
  time: '2026-01-01T00:00:00.000Z',
  key: '0'.repeat(16),
  signature: 'A'.repeat(86),
};

async function asking({ admin, ...place }: TrialTenant): Promise<GoodCall> {
  // Named by how many there are, so that a second one at a place has a name of its own, and the same in every run.
  const { body } = await admin.send('GET /api/v1/tokens');
  const own = await admin.createToken({ name: `service ${Number(body['items']?.length)}` });
  return { who: { token: own.token }, input: { token: (await token({ admin, ...place })).token } };
}

/** A good call of every procedure. */
export const goodCalls: Record<string, Prepare> = {
  ...agentCalls,
  ...keyCalls,
  ...mcpCalls,
  ...tenantCalls,
  'account.get': by('member'),
  'account.update': by('member', { name: 'Another Name' }),
  'account.changePassword': by('member', { currentPassword: goodPassword, newPassword }),
  'account.sessions': by('member'),
  'account.revokeSession': inSecondSession,
  'account.revokeOtherSessions': async (place) => ({ ...(await inSecondSession(place)), input: {} }),
  'account.unlink': byMember(identity),
  'adminTokens.list': by('admin'),
  'adminTokens.get': byAdmin(idOfToken),
  'adminTokens.uses': byAdmin(idOfToken),
  'adminTokens.revoke': byAdmin(idOfToken),
  'adminTokens.disable': byAdmin(idOfToken),
  'adminTokens.enable': byAdmin(offToken),
  'adminTokens.bulk': byAdmin(async (place) => ({
    ids: [(await idOfToken(place)).id],
    action: 'revoke',
  })),
  'adminTokens.identify': byAdmin(async (place) => ({ text: (await token(place)).token })),
  'attention.list': by('admin'),
  'audit.list': by('admin'),
  'audit.get': byAdmin(sequence),
  'audit.export': by('admin'),
  'audit.actions': by('admin'),
  'audit.seal': by('admin'),
  'audit.key': by('admin'),
  'audit.verify': by('admin', { seconds: 1 }),
  'audit.verifyAgainst': by('admin', { seconds: 1, seal }),
  'device.find': byMember(userCode),
  'device.approve': byMember(userCode),
  'device.deny': byMember(userCode),
  'links.list': by('admin'),
  'links.revoke': byAdmin(async (place) => ({ id: await link(place) })),
  // Letters are written behind the answer, so no mail is configured here.
  'magic.request': by('member', { email: 'somebody@example.com' }, 404),
  'magic.redeem': byStranger(magicCode),
  'notices.list': by('member'),
  'notices.dismiss': byMember(notice),
  'oidc.start': by('member', {}, unreachable),
  'oidc.link': by('member', {}, unreachable),
  'sessions.login': byStranger(({ member: { email } }) => Promise.resolve({ email, password: goodPassword })),
  'sessions.ways': by('member'),
  'sessions.logout': by('member'),
  'sessions.confirm': by('member', { password: goodPassword }),
  'sessions.me': by('member'),
  'setupCodes.make': by('member'),
  'setupCodes.get': byMember(async (place) => ({ id: (await setupCode(place)).id })),
  'setupCodes.cancel': byMember(async (place) => ({ id: (await setupCode(place)).id })),
  'setupCodes.redeem': byStranger(async (place) => ({ code: (await setupCode(place)).code, host: 'host' })),
  'setupCodes.report': reporting,
  'tenants.settings': by('admin'),
  'tenants.updateSettings': by('admin', { disableOnReuse: true }),
  'tokens.list': by('member'),
  'tokens.use': by('member'),
  'tokens.get': byMember(idOfToken),
  'tokens.create': by('member', { name: 'another' }),
  'tokens.update': byMember(async (place) => ({ ...(await idOfToken(place)), name: 'renamed' })),
  'tokens.revoke': byMember(idOfToken),
  'tokens.places': byMember(idOfToken),
  'tokens.history': byMember(idOfToken),
  'tokens.rotate': byMember(async (place) => ({ ...(await idOfToken(place)), graceSeconds: 3_600 })),
  'tokens.endGrace': byMember(tokenInGrace),
  'tokens.revokeFound': byStranger(async (place) => ({ tokens: [(await token(place)).token] })),
  'users.list': by('admin'),
  'users.get': byAdmin(member),
  'users.create': byAdmin(() => Promise.resolve(someone())),
  'users.update': byAdmin(async (place) => ({ ...(await member(place)), role: 'viewer' })),
  'users.activate': byAdmin(offMember),
  'users.deactivate': byAdmin(member),
  'users.delete': byAdmin(member),
  'users.invite': byAdmin(async (place) => ({ id: textOf((await invite(place))['id']) })),
  'users.setPassword': byAdmin(async (place) => ({ ...(await member(place)), password: newPassword })),
  'users.resetPassword': byAdmin(member),
  'users.sessions': byAdmin(member),
  'users.revokeSession': byAdmin(async (place) => ({
    ...(await member(place)),
    sessionId: await sessionOf(place.stage, place.member.id),
  })),
  'users.revokeSessions': byAdmin(member),
  'users.checkInvite': byStranger(inviteCode),
  'users.acceptInvite': byStranger(async (place) => ({
    ...(await inviteCode(place)),
    name: 'Some One',
    password: newPassword,
  })),
  'users.checkReset': byStranger(resetCode),
  'users.completeReset': byStranger(async (place) => ({
    ...(await resetCode(place)),
    password: newPassword,
  })),
  'verify.token': asking,
};
