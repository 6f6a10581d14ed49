import { randomInt } from 'node:crypto';
import { randomBase62 } from '#server/core/secrets/format.ts';
import { textOf, type Answer, type CallOptions } from '#server/testing/caller.ts';
import { createAgent, redeemAgentCode } from '#server/testing/enrollment.ts';
import { post } from '#server/testing/oauth.ts';
import { codeOf, expect, goodPassword } from '#server/testing/person.ts';

/** What someone gives to others, what they make for machines of their own, and what a manager makes for an agent. */
export const givenKinds = ['invite', 'reset', 'password'] as const;
export const ownKinds = ['setup', 'device'] as const;
export const handoutKinds = [...givenKinds, ...ownKinds, 'agent'] as const;
export type HandoutKind = (typeof handoutKinds)[number];

interface Sender {
  send(call: string, options?: CallOptions): Promise<Answer>;
}

export interface Handout {
  kind: HandoutKind;
  /** Uses it. True where it did what it is for; throws where it was refused by anything but its own refusal. */
  use(): Promise<boolean>;
}

/** Has someone hand something out, at a server that trusts us to say where a call comes from. */
export function handOut(server: Sender, by: Sender, kind: HandoutKind): Promise<Handout> {
  return makers[kind](fromAnywhere(server), by);
}

/** Each call from an address of its own: refused codes are counted by address. */
function fromAnywhere({ send }: Sender): Sender {
  const address = () => `10.${[0, 0, 0].map(() => randomInt(256)).join('.')}`;
  return {
    send: (call, options = {}) =>
      send(call, { ...options, headers: { ...options.headers, 'X-Forwarded-For': address() } }),
  };
}

type Maker = (caller: Sender, by: Sender) => Promise<Handout>;

const makers: Record<HandoutKind, Maker> = {
  async invite(caller, by) {
    const { link } = await invite(by);
    return { kind: 'invite', use: async () => worked(await accept(caller, link), 'code_invalid') };
  },
  async reset(caller, by) {
    const { id } = await invite(by);
    const { body } = expect(200, await by.send(`POST /api/v1/users/${id}/reset-password`, { body: {} }));
    const code = codeOf(textOf(body['resetUrl']));
    return { kind: 'reset', use: async () => worked(await reset(caller, code), 'code_invalid') };
  },
  async password(caller, by) {
    const { id, email } = await invite(by);
    const password = 'chosen by an admin for you';
    expect(204, await by.send(`POST /api/v1/users/${id}/set-password`, { body: { password } }));
    return { kind: 'password', use: () => choosePassword(caller, { email, password }) };
  },
  async setup(caller, by) {
    const { body } = expect(201, await by.send('POST /api/v1/setup-codes', { body: {} }));
    const redeem = { body: { code: textOf(body['code']), host: 'host' } };
    const call = 'POST /api/v1/setup-codes/redeem';
    return { kind: 'setup', use: async () => worked(await caller.send(call, redeem), 'code_invalid') };
  },
  async device(caller, by) {
    const asked = await post(caller, '/oauth/device_authorization', { client_id: 'keyward-cli' });
    const { body } = expect(200, asked);
    const userCode = textOf(body['user_code']);
    expect(200, await by.send('POST /trpc/device.approve', { body: { userCode } }));
    return { kind: 'device', use: () => collect(caller, textOf(body['device_code'])) };
  },
  async agent(caller, by) {
    const { code } = await createAgent(by, { name: randomBase62(16).toLowerCase() });
    return { kind: 'agent', use: async () => worked(await redeemAgentCode(caller, code), 'code_invalid') };
  },
};

async function invite(by: Sender): Promise<{ id: string; email: string; link: string }> {
  const person = { name: 'Some One', email: `${randomBase62(16)}@example.com`.toLowerCase(), role: 'admin' };
  const { body } = expect(201, await by.send('POST /api/v1/users', { body: person }));
  return { id: textOf(body['id']), email: person.email, link: textOf(body['inviteUrl']) };
}

const accept = (caller: Sender, link: string) =>
  caller.send('POST /trpc/users.acceptInvite', {
    body: { code: codeOf(link), name: 'Some One', password: goodPassword },
  });

const reset = (caller: Sender, code: string) =>
  caller.send('POST /trpc/users.completeReset', { body: { code, password: 'nine harbours under snow' } });

/** Signs in with a password that an admin chose, as far as choosing another. */
async function choosePassword(caller: Sender, who: { email: string; password: string }): Promise<boolean> {
  const answer = await caller.send('POST /api/v1/auth/login', { body: who });
  if (answer.problem?.code !== 'password_change_required') return worked(answer, 'login_failed');
  return worked(await reset(caller, codeOf(answer.problem.resetUrl ?? '')), 'code_invalid');
}

async function collect(caller: Sender, deviceCode: string): Promise<boolean> {
  const answer = await post(caller, '/oauth/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    client_id: 'keyward-cli',
    device_code: deviceCode,
  });
  if (answer.status === 200) return true;
  if (answer.text.includes('"access_denied"')) return false;
  throw new Error(`a device was answered ${answer.status}: ${answer.text}`);
}

function worked(answer: Answer, refusal: string): boolean {
  if (answer.status < 300) return true;
  if (answer.problem?.code === refusal) return false;
  throw new Error(`expected ${refusal}, got ${answer.status}: ${answer.text}`);
}
