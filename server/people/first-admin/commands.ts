import { randomUUIDv7 } from 'node:crypto';
import type { Database } from '#db/client.ts';
import { type AnyoneCtx, createCtx, noReply, type Runtime } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { throttleFailures } from '#server/core/lockout/throttle.ts';
import { consumeCode, endCodes } from '#server/core/one-time-codes/consume.ts';
import { issueCode } from '#server/core/one-time-codes/issue.ts';
import type { SignedInView } from '#server/core/sessions/schema.ts';
import { AppError, invalid, notFound } from '#server/errors.ts';
import {
  anyUserExists,
  findTenantBySlug,
  insertTenantUnlessThere,
  lockTenant,
} from '#server/people/first-admin/queries.ts';
import type { CompleteSetupInput } from '#server/people/first-admin/schema.ts';
import { admit, startSession, type StartedSession } from '#server/people/sign-in/start.ts';
import { addUser, preparePerson, type PreparedPerson } from '#server/people/users/commands.ts';
import type { Secret } from '#server/secret.ts';

/** A code lives until the next boot makes another; this only bounds a server that is never used nor started again. */
const codeLifeMs = 30 * 86_400_000;

/** Finds the tenant `default`, making it at the first boot of all. */
export async function ensureDefaultTenant(db: Database, at: Date): Promise<TenantId> {
  await insertTenantUnlessThere(db, { id: randomUUIDv7(), slug: 'default', name: 'Default', createdAt: at });
  const id = await findTenantBySlug(db, 'default');
  if (!id) throw new Error('the default tenant is missing');
  return id;
}

/** Whether nobody can sign in yet, so that the first admin is still to be made. */
export async function isSetupOpen(runtime: Runtime): Promise<boolean> {
  return !(await anyUserExists(runtime.db));
}

/** A new code for making the first admin, in place of all earlier ones; undefined once there is a user. */
export function issueSetupCode({ db, clock, defaultTenantId }: Runtime): Promise<Secret | undefined> {
  return db.transaction(async (tx) => {
    await lockTenant(tx, defaultTenantId);
    if (await anyUserExists(tx)) return undefined;
    const at = clock.now();
    const holder = { tenantId: defaultTenantId, userId: null };
    await endCodes(tx, holder, 'first_admin', at);
    return issueCode(tx, { ...holder, purpose: 'first_admin', lifeMs: codeLifeMs, issuer: null }, at);
  });
}

/** Makes the first admin and signs them in. Throws `not_found` once there is a user, `code_invalid`, `passwords_off`, `validation_failed`. */
export async function completeSetup(
  ctx: AnyoneCtx,
  { code, ...input }: CompleteSetupInput,
): Promise<SignedInView> {
  if (!(await isSetupOpen(ctx.runtime))) throw notFound('page');
  return throttleFailures(ctx, 'code', {}, async () => {
    const person = await prepareAdmin(ctx.runtime, input);
    return admit(ctx, await makeFirstAdmin(ctx, code, person));
  });
}

/** With a password, but where passwords are off: then they sign in another way, by their address. */
async function prepareAdmin(
  runtime: Runtime,
  { password, ...person }: { name: string; email: string; password?: string | undefined },
): Promise<PreparedPerson> {
  if (password !== undefined) return preparePerson(runtime, { ...person, password, role: 'admin' });
  if (runtime.config.ways.password) throw invalid('password', 'Choose a password.');
  return { ...person, role: 'admin', passwordHash: null };
}

function makeFirstAdmin(ctx: AnyoneCtx, code: string, person: PreparedPerson): Promise<StartedSession> {
  return ctx.change(async (tx) => {
    const tenantId = ctx.runtime.defaultTenantId;
    await lockTenant(tx, tenantId);
    if (await anyUserExists(tx)) throw notFound('page');
    if (!(await consumeCode(tx, code, 'first_admin', ctx.now()))) {
      throw new AppError(
        'code_invalid',
        'This code does not work any more. Open the address that the server printed last.',
      );
    }
    const actor = { kind: 'anonymous', id: null, label: 'first boot' } as const;
    const user = await addUser(tx, ctx, { ...person, tenantId, platformAdmin: true }, actor);
    return startSession(tx, ctx, { user, method: 'setup' });
  });
}

/** Makes the first admin from the configuration, unless there is a user already. Throws `validation_failed`. */
export async function createConfiguredAdmin(
  runtime: Runtime,
  account: { email: string; password: Secret | null },
): Promise<void> {
  if (!(await isSetupOpen(runtime))) return;
  const { email, password } = account;
  const [name = ''] = email.split('@');
  const person = await prepareAdmin(runtime, { email, name, password: password?.reveal() });
  const ctx = bootCtx(runtime);
  await ctx.change(async (tx) => {
    await lockTenant(tx, runtime.defaultTenantId);
    if (await anyUserExists(tx)) return;
    const actor = { kind: 'system', id: null, label: 'configuration' } as const;
    const { defaultTenantId: tenantId } = runtime;
    await addUser(tx, ctx, { ...person, tenantId, platformAdmin: true }, actor);
  });
}

function bootCtx(runtime: Runtime): AnyoneCtx {
  const request = { id: randomUUIDv7(), address: '127.0.0.1', userAgent: null, endpoint: 'none' };
  return createCtx(runtime, { request, principal: null, reply: noReply });
}
