import type { AgentClient } from '#server/testing/agent-client.ts';
import { enroll, greet } from '#trust/agents.ts';
import type { TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';

/** By statements: also what is typed into psql counts. The last ends all that are left. */
const ends: [what: string, code: number, statement: string][] = [
  ['paused', 4001, 'update agents set paused_at = now() where id = $1'],
  ['switched off', 4001, 'update credentials set enabled = false where id = $1'],
  ['deleted', 4001, 'update credentials set revoked_at = now() where id = $1'],
  [
    'suspended',
    4003,
    'update tenants set suspended_at = now() where id = (select tenant_id from agents where id = $1)',
  ],
];
const each = 10;
const atSuspension = 200;
const withinMs = 1_000;

async function connectSome(stage: Stage, count: number): Promise<{ id: string; client: AgentClient }[]> {
  const connected = [];
  for (const [at, { id, token }] of (await enroll(stage, count)).entries()) {
    const server = stage.servers[at % 2] ?? stage.servers[0];
    const client = await greet(server.origin, { current: { epoch: 1, token }, next: null });
    if (client) connected.push({ id, client });
  }
  return connected;
}

export const promise: TrustPromise = {
  id: 'G13',
  name: `an agent that is paused, switched off, deleted or suspended is disconnected at once, at both servers, and no other is`,
  threshold: `all within ${withinMs.toLocaleString('en')} ms`,
  isFast: true,
  ownStage: true,
  async check(stage) {
    const wrong: string[] = [];
    let slowest = 0;
    for (const [what, code, statement] of ends) {
      const chosen = await connectSome(stage, code === 4003 ? atSuspension : each);
      const [first, ...others] = chosen;
      if (!first) return { measured: 'none connected', holds: false };
      const at = performance.now();
      await stage.sql(statement, [first.id]);
      const ended = code === 4003 ? chosen : [first];
      const closings = await Promise.all(ended.map(({ client }) => client.closed(withinMs)));
      slowest = Math.max(slowest, performance.now() - at);
      if (closings.some((closing) => closing?.code !== code)) wrong.push(what);
      const left = code === 4003 ? [] : others;
      if (left.some(({ client }) => client.socket.readyState !== client.socket.OPEN))
        wrong.push(`${what}: another`);
      for (const { client } of chosen) await client[Symbol.asyncDispose]();
    }
    const note = wrong.length > 0 ? `; not as promised: ${wrong.join(', ')}` : '';
    return {
      measured: `the slowest within ${Math.round(slowest)} ms${note}`,
      holds: wrong.length === 0 && slowest <= withinMs,
    };
  },
  control: {
    without: 'hearing what the database says',
    replaced: ['agents-hear-nothing'],
  },
};
