import { randomBase62 } from '#server/core/secrets/format.ts';
import { expect } from '#server/testing/person.ts';
import { post, type Prepare } from './prepare.ts';
import type { TrialTenant } from './trial.ts';

/** By who looks after the tenants, about the one at hand. */
const byPlatform =
  (prepare: (place: TrialTenant) => Promise<object>): Prepare =>
  async (place) => ({ who: { cookie: place.stage.ada.cookie }, input: await prepare(place) });
const idOfTenant = ({ admin: { tenantId: id } }: TrialTenant) => Promise.resolve({ id });
// The short name of a tenant that is made for a trial is its id.
const toDelete = ({ admin: { tenantId } }: TrialTenant) =>
  Promise.resolve({ id: tenantId, confirm: tenantId });
const newAdmin = () => ({ name: 'Some One', email: `${randomBase62(20)}@example.com` });

export const tenantCalls: Record<string, Prepare> = {
  'tenants.list': byPlatform(() => Promise.resolve({})),
  'tenants.get': byPlatform(idOfTenant),
  'tenants.create': byPlatform(() =>
    Promise.resolve({ slug: randomBase62(20).toLowerCase(), name: 'New', admin: newAdmin() }),
  ),
  'tenants.update': byPlatform(async (place) => ({ ...(await idOfTenant(place)), name: 'Renamed' })),
  'tenants.addAdmin': byPlatform(async (place) => ({ ...(await idOfTenant(place)), ...newAdmin() })),
  'tenants.suspend': byPlatform(async (place) => ({ ...(await idOfTenant(place)), reason: 'unpaid' })),
  'tenants.resume': byPlatform(async (place) => {
    const input = await idOfTenant(place);
    await post(place.stage.ada, `/tenants/${input.id}/suspend`, { reason: 'unpaid' });
    return input;
  }),
  'tenants.delete': byPlatform(toDelete),
  'tenants.restore': byPlatform(async (place) => {
    const { id, confirm } = await toDelete(place);
    expect(200, await place.stage.ada.send(`DELETE /api/v1/tenants/${id}`, { body: { confirm } }));
    return { id };
  }),
};
