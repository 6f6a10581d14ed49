import { randomUUIDv7 } from 'node:crypto';
import { randomBase62 } from '#server/core/secrets/format.ts';
import { doorOperations } from '#server/doors/rest/door-operations.ts';
import { Secret } from '#server/secret.ts';
import { cookieOf, textOf, type Answer } from '#server/testing/caller.ts';
import { openIssuer, type TestIssuer } from '#server/testing/issuer.ts';
import { exchange, exchangeGrant, jwtOf, post } from '#server/testing/oauth.ts';
import { expect, goodPassword } from '#server/testing/person.ts';
import type { ServerProcess } from '#server/testing/process.ts';
import { urlOf } from '#server/testing/round-trip.ts';
import { placesFor } from './calls.ts';
import type { Stage } from './stage.ts';
import type { TrialTenant, Who } from './trial.ts';

type Fields = Record<string, string>;

/** A way in beside the procedures, ready to be gone through once. */
export interface Door {
  name: string;
  place: TrialTenant;
  call: string;
  takes: 'form' | 'json' | 'query';
  fields: Fields;
  /** Refuses a field that it does not know, as what takes JSON does. */
  isStrict?: true;
  /** By which status it refuses one; left out: 422. */
  refusesBy?: number;
  who?: Who;
  /** What it is answered with; left out: 200. */
  status?: number;
  /** Whether going through changes something. */
  changes: boolean;
}

interface Doorway {
  stage: Stage;
  /** Where all of the doors are: unlike the servers of the stage it finds its issuer. */
  server: ServerProcess;
  issuer: TestIssuer;
}
type Prepare = (place: TrialTenant, doorway: Doorway) => Promise<Omit<Door, 'name' | 'place' | 'changes'>>;

export interface Doors extends AsyncDisposable {
  server: ServerProcess;
  count: number;
  /**
   * One after the other, each made ready just before, in a tenant of its own. The last leaves nobody else on the stage. Throws
   * where the API's document has a door that is not among them. `named`: only those, in less time.
   */
  each<Result>(use: (door: Door) => Promise<Result>, named?: RegExp): Promise<Result[]>;
}

/** Paths that the OpenAPI document describes beside the procedures, and that are sent something. */
const described = doorOperations.filter(({ input, query }) => input ?? query).map(({ path }) => path);

/** All that is no procedure, what goes another way than `/trpc`, and what only an empty server lets in. */
export async function openDoors(stage: Stage): Promise<Doors> {
  await using opening = new AsyncDisposableStack();
  const issuer = opening.use(await openIssuer());
  const server = opening.use(await stage.another(issuer.settings));
  const all = Object.entries(doors);
  const opened = opening.move();
  return {
    server,
    count: all.length,
    async each(use, named) {
      const chosen = all.filter(([name]) => named?.test(name) ?? true);
      const places = await placesFor(stage, chosen.length);
      const results = [];
      const untried = new Set(named ? [] : described);
      for (const [at, [name, prepare]] of chosen.entries()) {
        const place = places[at];
        if (!place) throw new Error(`${name} has no place`);
        const ready = await prepare(place, { stage, server, issuer }).catch((cause: unknown) => {
          throw new Error(`${name} could not be made ready`, { cause });
        });
        untried.delete(ready.call.split(' ')[1] ?? '');
        results.push(await use({ name, place, changes: changing.test(name), ...ready }));
      }
      if (untried.size > 0) throw new Error(`trust/doors.ts knows no ${[...untried].join(', ')}`);
      return results;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Goes through a door, with `more` beside what it takes. */
export function enter({ server }: Doors, door: Door, more: Fields = {}): Promise<Answer> {
  const { call, takes, who, place } = door;
  const fields = { ...door.fields, ...more };
  const headers = { 'X-Forwarded-For': place.from };
  if (takes === 'json') return server.send(call, { ...who, headers, body: fields });
  if (takes === 'query') return server.send(`${call}?${new URLSearchParams(fields)}`, { ...who, headers });
  return post(server, call.replace('POST ', ''), fields, { ...who, headers });
}

const client = { client_id: 'keyward-cli' };
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const session = 'urn:keyward:token-type:session';

const tokenOf = async ({ member }: TrialTenant) => (await member.createToken({ name: 'laptop' })).token;
const service = async ({ admin }: TrialTenant) => ({
  token: (await admin.createToken({ name: 'service' })).token,
});

async function approved({ member, from }: TrialTenant, { server }: Doorway) {
  const headers = { 'X-Forwarded-For': from };
  const { body } = expect(200, await post(server, '/oauth/device_authorization', client, { headers }));
  const userCode = textOf(body['user_code']);
  expect(200, await member.send('POST /trpc/device.approve', { body: { userCode } }));
  return textOf(body['device_code']);
}

/** A secret that a rotation has replaced a while ago, of a token that is switched off when it comes back. */
async function replaced({ admin, member, stage }: TrialTenant): Promise<string> {
  expect(200, await admin.send('PATCH /api/v1/settings', { body: { disableOnReuse: true } }));
  const { token, credential } = await member.createToken({ name: 'rotated' });
  expect(
    200,
    await member.send(`POST /api/v1/tokens/${credential.id}/rotate`, { body: { graceSeconds: 3_600 } }),
  );
  await stage.sql(
    `update secrets set state = 'retired', valid_until = now() - interval '1 minute'
     where credential_id = $1 and state = 'grace'`,
    [credential.id],
  );
  return token;
}

/** On the way back from the issuer, where they are whoever the member is here. */
async function returned(
  { member }: TrialTenant,
  { issuer }: Doorway,
  began: Answer,
): Promise<Pick<Door, 'call' | 'takes' | 'fields'>> {
  const { id: sub, email } = member;
  issuer.person = { sub, email, email_verified: true };
  const { pathname, searchParams } = await issuer.visit(urlOf(expect(200, began)));
  return { call: `GET ${pathname}`, takes: 'query', fields: Object.fromEntries(searchParams) };
}

/** The doors that change something. A round of S3, in which all may, shows that it is they and no others. */
export const changing = /device|revocation|replaced|return|setup/;

const doors: Record<string, Prepare> = {
  'device authorization': () =>
    Promise.resolve({
      call: 'POST /oauth/device_authorization',
      takes: 'form',
      fields: { ...client, host: 'host' },
    }),
  'device grant': async (place, doorway) => ({
    call: 'POST /oauth/token',
    takes: 'form',
    fields: { ...client, grant_type: deviceGrant, device_code: await approved(place, doorway) },
  }),
  // Making it ready has the server make a key to sign with, which exchanges then find.
  'introspection of a JWT': async (place, { server }) => ({
    call: 'POST /oauth/introspect',
    takes: 'form',
    fields: { token: jwtOf(await exchange(server, await tokenOf(place))) },
    who: await service(place),
  }),
  'exchange of a token': async (place) => ({
    call: 'POST /oauth/token',
    takes: 'form',
    fields: {
      grant_type: exchangeGrant,
      subject_token: await tokenOf(place),
      subject_token_type: accessToken,
    },
  }),
  'exchange of a session': ({ member: { cookie } }) =>
    Promise.resolve({
      call: 'POST /oauth/token',
      takes: 'form',
      fields: { grant_type: exchangeGrant, subject_token_type: session },
      who: { cookie },
    }),
  revocation: async (place) => ({
    call: 'POST /oauth/revoke',
    takes: 'form',
    fields: { token: await tokenOf(place) },
  }),
  'introspection of a token': async (place) => ({
    call: 'POST /oauth/introspect',
    takes: 'form',
    fields: { token: await tokenOf(place) },
    who: await service(place),
  }),
  'introspection of a replaced secret': async (place) => ({
    call: 'POST /oauth/introspect',
    takes: 'form',
    fields: { token: await replaced(place) },
    who: await service(place),
  }),
  verification: async (place) => ({
    call: 'POST /api/v1/verify',
    takes: 'json',
    fields: { token: await tokenOf(place) },
    who: await service(place),
  }),
  'forward auth': async (place) => ({
    call: 'GET /api/v1/auth/forward',
    takes: 'query',
    isStrict: true,
    fields: { permission: 'profile:read' },
    who: { token: await tokenOf(place) },
  }),
  'forward auth by a replaced secret': async (place) => ({
    call: 'GET /api/v1/auth/forward',
    takes: 'query',
    isStrict: true,
    fields: {},
    who: { token: await replaced(place) },
    status: 401,
  }),
  'a request of MCP': async (place) => ({
    call: 'POST /mcp',
    takes: 'json',
    refusesBy: 400,
    fields: { jsonrpc: '2.0', id: '1', method: 'tools/list' },
    who: { token: await tokenOf(place) },
  }),
  'a return from the issuer': async (place, doorway) => {
    const began = await doorway.server.send('POST /api/v1/auth/oidc', { body: {} });
    const who = { cookie: cookieOf(began) };
    return { ...(await returned(place, doorway, began)), who, status: 302 };
  },
  'a return to link an identity': async (place, doorway) => {
    const { cookie } = place.member;
    const began = await doorway.server.send('POST /api/v1/account/identities', { cookie, body: {} });
    const who = { cookie: `${cookieOf(began)}; ${cookie}` };
    return { ...(await returned(place, doorway, began)), who, status: 302 };
  },
  'setup of a server that nobody is on': async ({ stage }) => {
    const code = new Secret(randomBase62(32));
    // What the servers write behind their answers may be in its way once.
    const empty = () => stage.sql('truncate users cascade');
    await empty().catch(empty);
    await stage.sql(
      `insert into one_time_codes (id, tenant_id, hash, purpose, created_at, expires_at)
       select $1, id, $2, 'first_admin', now(), now() + interval '1 hour' from tenants where slug = 'default'`,
      [randomUUIDv7(), code.hash()],
    );
    return {
      call: 'POST /trpc/setup.complete',
      takes: 'json',
      fields: { code: code.reveal(), name: 'Ada', email: 'ada@example.com', password: goodPassword },
    };
  },
};
