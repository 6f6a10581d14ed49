import type { Answer } from '#server/testing/caller.ts';
import type { Person } from '#server/testing/person.ts';
import type { TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';
import { addTenants } from '#trust/tenants.ts';

const tries = 150;
const triesAtOnce = 5;

type Deed = (id: string) => { call: string; body?: object };
const demote: Deed = (id) => ({ call: `PATCH /api/v1/users/${id}`, body: { role: 'member' } });
const deactivate: Deed = (id) => ({ call: `POST /api/v1/users/${id}/deactivate`, body: {} });
const remove: Deed = (id) => ({ call: `DELETE /api/v1/users/${id}` });
const deeds = [demote, deactivate, remove];
/** Every deed against every other. */
const pairs = deeds.flatMap((one) => deeds.map((other) => [one, other] as const));

/** Two admins turn on each other at once, each at a server of their own. */
async function fight({ servers }: Stage, admins: Person[], at: number): Promise<Answer[]> {
  const pair = pairs[at % pairs.length] ?? [demote, demote];
  return Promise.all(
    servers.map((server, side) => {
      const { call, body } = (pair[side] ?? demote)(admins[1 - side]?.id ?? '');
      return server.send(call, { cookie: admins[side]?.cookie ?? '', ...(body && { body }) });
    }),
  );
}

const countWithoutAdmin = `select count(*)::int from tenants t where id = any ($1) and not exists (select from users u
  where u.tenant_id = t.id and role = 'admin' and deactivated_at is null and deleted_at is null)`;

export const promise: TrustPromise = {
  id: 'S1',
  name: 'an admin is always left, when two turn on each other at two servers',
  threshold: `0 of ${tries}`,
  isFast: true,
  async check(stage) {
    const tenants = await addTenants(stage, tries, ['admin', 'admin']);
    let undecided = 0;
    for (let at = 0; at < tries; at += triesAtOnce) {
      const fights = tenants.slice(at, at + triesAtOnce).map((admins, n) => fight(stage, admins, at + n));
      for (const answers of await Promise.all(fights))
        if (answers.every(({ status }) => status >= 300)) undecided += 1;
    }
    const ids = tenants.map(([admin]) => admin?.tenantId);
    const [found] = await stage.sql<{ count: number }>(countWithoutAdmin, [ids]);
    const without = found?.count ?? tries;
    // Where neither succeeds nothing is tried.
    const note = undecided > 0 ? `, ${undecided} without a winner` : '';
    return { measured: `${without} of ${tries}${note}`, holds: without === 0 && undecided === 0 };
  },
  control: {
    without: 'a lock on the admins',
    replaced: ['admins-are-not-locked'],
  },
};
