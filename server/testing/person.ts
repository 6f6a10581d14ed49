import type { ProfileView, Role } from '#server/core/access/schema.ts';
import type { CreatedKeyView } from '#server/credentials/api-keys/schema.ts';
import type { CreatedTokenView, CreateTokenInput } from '#server/credentials/tokens/schema.ts';
import { cookieOf, textOf, type Answer, type CallOptions, type Caller } from '#server/testing/caller.ts';

/** Someone with a signed-in browser. */
export interface Person extends ProfileView {
  password: string;
  cookie: string;
  /** As `desk.send`, with this person's cookie. */
  send(call: string, options?: CallOptions): Promise<Answer>;
  /** Makes a token through the API. Throws unless it was made. */
  createToken(input: Partial<CreateTokenInput> & { name: string }): Promise<CreatedTokenView>;
  revokeToken(id: string): Promise<void>;
  /** Makes an API key of the tenant's through the API; left out, it may verify and reaches nothing. Throws unless it was made. */
  createKey(input: { name: string } & Record<string, unknown>): Promise<CreatedKeyView>;
  /** Gives the password again, as what needs a recent sign-in asks for. */
  confirm(): Promise<void>;
}

export const goodPassword = 'seven lanterns over the bay';

/** Signs in by password, as a program does. Throws unless that works. */
export async function signIn(caller: Caller, email: string, password: string): Promise<Person> {
  const answer = expect(200, await caller.send('POST /api/v1/auth/login', { body: { email, password } }));
  return toPerson(caller, answer.body['user'] as unknown as ProfileView, password, cookieOf(answer));
}

/** Makes the first admin with the code that a new server shows, as the page of its address does. */
export async function setUpAda(
  caller: Caller,
  code: string | undefined,
  hasPassword = true,
): Promise<Person> {
  const password = hasPassword ? goodPassword : undefined;
  const person = { name: 'Ada Lovelace', email: 'ada@example.com', password };
  const answer = await caller.send('POST /trpc/setup.complete', { body: { code, ...person } });
  return toPerson(caller, signedInAs(answer), goodPassword, cookieOf(answer));
}

/** Adds somebody by an invite, as people come: a password that an admin chose would be good for one sign-in only. */
export async function joinAs(
  admin: Person,
  { caller, name, role }: { caller: Caller; name: string; role: Role },
): Promise<Person> {
  const email = `${name.toLowerCase()}@example.com`;
  const invite = () => admin.send('POST /api/v1/users', { body: { name, email, role } });
  let invited = await invite();
  // The test may have moved the clock on.
  if (invited.problem?.code === 'sign_in_again') {
    await admin.confirm();
    invited = await invite();
  }
  expect(201, invited);
  return acceptInvite(caller, textOf(invited.body['inviteUrl']), name);
}

/** Comes in by an invite's link, as its page does. Throws unless that works. */
export async function acceptInvite(caller: Caller, inviteUrl: string, name: string): Promise<Person> {
  const body = { code: codeOf(inviteUrl), name, password: goodPassword };
  const answer = await caller.send('POST /trpc/users.acceptInvite', { body });
  return toPerson(caller, signedInAs(answer), goodPassword, cookieOf(answer));
}

function signedInAs(answer: Answer): ProfileView {
  const { result } = expect(200, answer).body as unknown as { result: { data: { user: ProfileView } } };
  return result.data.user;
}

/** The code that a link carries behind its `#`. */
export function codeOf(link: string): string {
  return new URLSearchParams(new URL(link).hash.slice(1)).get('code') ?? '';
}

export function toPerson(caller: Caller, profile: ProfileView, password: string, cookie: string): Person {
  const send = (call: string, options: CallOptions = {}) => caller.send(call, { cookie, ...options });
  return {
    ...profile,
    password,
    cookie,
    send,
    async createToken(input) {
      return expect(201, await send('POST /api/v1/tokens', { body: input }))
        .body as unknown as CreatedTokenView;
    },
    async createKey(input) {
      const body = { permissions: ['verify'], ...input };
      return expect(201, await send('POST /api/v1/api-keys', { body })).body as unknown as CreatedKeyView;
    },
    async revokeToken(id) {
      expect(204, await send(`DELETE /api/v1/tokens/${id}`));
    },
    async confirm() {
      expect(204, await send('POST /api/v1/auth/confirm', { body: { password } }));
    },
  };
}

export function expect(status: number, answer: Answer): Answer {
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}: ${answer.text}`);
  return answer;
}
