import type { CreatedAgentView, EnrolledAgentView } from '#server/credentials/agents/schema.ts';
import type { Answer, Caller } from '#server/testing/caller.ts';
import { expect, type Person } from '#server/testing/person.ts';

const machine = { host: 'runner-7.internal', version: '0.1.0' };

/** Makes an agent through the API. Throws unless it was made. */
export async function createAgent(
  { send }: Pick<Person, 'send'>,
  input: { name: string } & Record<string, unknown>,
): Promise<CreatedAgentView> {
  return expect(201, await send('POST /api/v1/agents', { body: input })).body as unknown as CreatedAgentView;
}

/** Swaps a code for a secret, as the machine does. */
export const redeemAgentCode = (
  { send }: Pick<Caller, 'send'>,
  code: string,
  more: Record<string, unknown> = {},
): Promise<Answer> => send('POST /api/v1/agents/enroll', { body: { code, ...machine, ...more } });

/** The same. Throws unless it was enrolled. */
export async function enrollByCode(caller: Pick<Caller, 'send'>, code: string): Promise<EnrolledAgentView> {
  return expect(201, await redeemAgentCode(caller, code)).body as unknown as EnrolledAgentView;
}
