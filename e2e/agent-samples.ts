import type { CreatedAgentView, EnrolledAgentView } from '#server/credentials/agents/schema.ts';
import type { Desk } from '#server/testing/desk.ts';
import { expect, type Person } from '#server/testing/person.ts';

export const machine = { host: 'runner-7.internal', version: '0.1.0' };
/** Of a server that holds connections, as one of several would stand in the database. */
const serverId = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a402';

/** Makes an agent through the API, and the code that enrolls it. */
export async function createAgent(
  owner: Person,
  input: { name: string } & Record<string, unknown>,
): Promise<CreatedAgentView> {
  const answer = expect(201, await owner.send('POST /api/v1/agents', { body: input }));
  return answer.body as unknown as CreatedAgentView;
}

/** Swaps a code for a secret, as the machine of the agent does. */
export async function redeem(desk: Desk, code: string, host = machine.host): Promise<EnrolledAgentView> {
  const body = { ...machine, host, code };
  const answer = expect(201, await desk.send('POST /api/v1/agents/enroll', { body }));
  return answer.body as unknown as EnrolledAgentView;
}

/** Makes an agent that has its secret already. */
export async function enrolledAgent(
  desk: Desk,
  owner: Person,
  input: { name: string } & Record<string, unknown>,
): Promise<{ id: string; token: string }> {
  const { agent, code } = await createAgent(owner, input);
  const { token } = await redeem(desk, code);
  return { id: agent.id, token };
}

/** Marks an agent as connected to a server that is alive, without a connection. */
export async function connect(desk: Desk, id: string, host = machine.host): Promise<void> {
  const now = desk.runtime.clock.now();
  await desk.sql(
    'insert into agent_servers (id, seen_at) values ($1, $2) on conflict (id) do update set seen_at = $2',
    [serverId, now],
  );
  await desk.sql(
    `update agents set server_id = $2, connected_at = $3::timestamptz - interval '3 hours', last_seen_at = $3, host = $4,
       version = '0.1.0', address = '203.0.113.7', connection_id = gen_random_uuid(), connection_epoch = 1 where id = $1`,
    [id, serverId, now, host],
  );
}

/** Puts a rotation by hand at a state, as if its server had brought it there. */
export async function rotateTo(desk: Desk, agentId: string, state: 'staged' | 'delivered' | 'persisted') {
  const passed = ['staged', 'delivered', 'persisted'].indexOf(state);
  await desk.sql(
    `insert into rotations (id, tenant_id, agent_id, epoch, state, cause, requested_by, created_at, staged_at, delivered_at, persisted_at)
     select gen_random_uuid(), tenant_id, id, 2, $2, 'request', 'ada@example.com', now(), now(),
       case when $3::int >= 1 then now() end, case when $3::int >= 2 then now() end
     from agents where id = $1`,
    [agentId, state, passed],
  );
}

/** One agent in each state, of two owners. */
export async function giveAgents(desk: Desk, owner: Person, other: Person): Promise<void> {
  const resources = { mcp_tool: ['github/create_issue', 'github/get_issue'], flow: ['nightly-report'] };
  const make = (name: string, more: Record<string, unknown> = {}) =>
    enrolledAgent(desk, owner, {
      name,
      permissions: ['profile:read', 'mcp:call'],
      resources,
      ...more,
    });
  const away = (id: string, hours: number) =>
    desk.sql(
      `update agents set connected_at = now() - make_interval(hours => $2 + 1), last_seen_at = now() - make_interval(hours => $2), host = 'edge-3.internal', version = '0.1.0',
         address = '198.51.100.23' where id = $1`,
      [id, hours],
    );
  const long = await make('a-name-that-is-as-long-as-the-name-of-an-agent-may-ever-become1', {
    description: 'A description that goes on for a while, since people write much where there is room for it',
    ownerId: other.id,
  });
  await connect(desk, long.id, 'a-host.with-a-very-long-name.some-cluster.eu-west-1.compute.internal');
  const off = await make('old-crawler');
  await away(off.id, 960);
  await owner.send(`PATCH /api/v1/agents/${off.id}`, { body: { enabled: false } });
  const flooder = await make('flooder');
  await away(flooder.id, 2);
  await owner.send(`POST /api/v1/agents/${flooder.id}/pause`, {
    body: { reason: 'It floods the build server' },
  });
  await createAgent(owner, { name: 'invoice-reader', ownerId: other.id });
  const stuck = await make('search-indexer');
  await connect(desk, stuck.id, 'search-1.internal');
  await desk.sql(
    `insert into rotations (id, tenant_id, agent_id, epoch, state, cause, failure, failure_text, created_at, staged_at, delivered_at, ended_at)
     select gen_random_uuid(), tenant_id, id, 2, 'failed', 'schedule', 'not_writable', 'EACCES /var/lib/keyward/agent.json',
       now() - interval '62 minutes', now() - interval '62 minutes', now() - interval '62 minutes', now() - interval '61 minutes'
     from agents where id = $1`,
    [stuck.id],
  );
  await desk.sql('update agents set stuck_at = now() where id = $1', [stuck.id]);
  const deploy = await make('deploy-bot', { ownerId: other.id });
  await away(deploy.id, 5);
  await desk.sql(`update agents set rotate_after = now() - interval '2 hours' where id = $1`, [deploy.id]);
  const second = await make('build-runner-2', { description: 'Runs the nightly builds' });
  await connect(desk, second.id);
  await rotateTo(desk, second.id, 'delivered');
  const first = await make('build-runner-1', { description: 'Runs the nightly builds' });
  await connect(desk, first.id);
}
