import type { CreatedKeyView } from '#server/credentials/api-keys/schema.ts';
import type { Person } from '#server/testing/person.ts';
import { by, byAdmin, post, type Prepare } from './prepare.ts';
import type { TrialTenant } from './trial.ts';

const keys = new WeakMap<Person, Promise<CreatedKeyView>>();
/** One for each admin, who is known by what it reaches. */
function key({ admin }: TrialTenant): Promise<CreatedKeyView> {
  const made = keys.get(admin) ?? admin.createKey({ name: 'billing', resources: { flow: [admin.id] } });
  keys.set(admin, made);
  return made;
}
const idOfKey = async (place: TrialTenant) => ({ id: (await key(place)).credential.id });

async function keyInGrace(place: TrialTenant) {
  const input = await idOfKey(place);
  await post(place.admin, `/api-keys/${input.id}/rotate`, { graceSeconds: 3_600 });
  return input;
}

async function offKey(place: TrialTenant) {
  const input = await idOfKey(place);
  await post(place.admin, `/api-keys/${input.id}/disable`);
  return input;
}

export const keyCalls: Record<string, Prepare> = {
  'keys.list': byAdmin(async (place) => {
    await key(place);
    return {};
  }),
  'keys.get': byAdmin(idOfKey),
  'keys.create': by('admin', { name: 'another', permissions: ['verify'] }),
  'keys.update': byAdmin(async (place) => ({ ...(await idOfKey(place)), name: 'renamed' })),
  'keys.disable': byAdmin(idOfKey),
  'keys.enable': byAdmin(offKey),
  'keys.rotate': byAdmin(async (place) => ({ ...(await idOfKey(place)), graceSeconds: 3_600 })),
  'keys.endGrace': byAdmin(keyInGrace),
  'keys.revoke': byAdmin(idOfKey),
  'access.list': byAdmin(async (place) => {
    await key(place);
    return { type: 'flow', id: place.admin.id };
  }),
  'access.explain': byAdmin(async (place) => ({ credentialId: (await idOfKey(place)).id })),
};
