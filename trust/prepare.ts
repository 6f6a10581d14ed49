import type { Json } from '#server/testing/caller.ts';
import { expect, type Person } from '#server/testing/person.ts';
import type { GoodCall, TrialTenant } from './trial.ts';

export type Prepare = (place: TrialTenant) => Promise<GoodCall>;

/** With nothing to make ready. */
export const by =
  (who: 'admin' | 'member', input: object = {}, status?: number): Prepare =>
  ({ [who]: { cookie } }) =>
    Promise.resolve({ who: { cookie }, input, ...(status !== undefined && { status }) });

/** With what an earlier step made. */
export const byAdmin = (prepare: (place: TrialTenant) => Promise<object>): Prepare => as('admin', prepare);
export const byMember = (prepare: (place: TrialTenant) => Promise<object>): Prepare => as('member', prepare);
export const byStranger =
  (prepare: (place: TrialTenant) => Promise<object>): Prepare =>
  async (place) => ({ who: {}, input: await prepare(place) });
const as =
  (who: 'admin' | 'member', prepare: (place: TrialTenant) => Promise<object>): Prepare =>
  async (place) => ({ who: { cookie: place[who].cookie }, input: await prepare(place) });

export const post = async (person: Person, path: string, body: object = {}): Promise<Json> => {
  const answer = await person.send(`POST /api/v1${path}`, { body });
  return expect(answer.status < 300 ? answer.status : 200, answer).body;
};
