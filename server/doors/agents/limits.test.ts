import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { channelLimits } from '#server/doors/agents/schema.ts';
import { connectAgent, greetAs } from '#server/testing/agent-client.ts';
import { enrollAgent } from '#server/testing/agents.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';

let desk: Desk;
before(async () => void (desk = await openDesk()));
after(() => desk[Symbol.asyncDispose]());

test('more than twenty messages a second are too many, also of pings', async () => {
  for (const kind of ['messages', 'pings']) {
    const agent = await enrollAgent(desk, `fast-${kind}`);
    await using client = await greetAs(desk.origin, { token: agent.token });
    // Two seconds meet somewhere among them.
    for (let each = 0; each < 45; each++)
      if (kind === 'pings') client.socket.ping();
      else client.send({ jsonrpc: '2.0', id: each, method: 'agent.rotation_complete', params: example });
    assert.equal((await client.closed())?.code, 4013, kind);
  }
});
test('messages do not pile up behind one that takes long', async () => {
  const agent = await enrollAgent(desk, 'behind-itself');
  const { hellos } = desk.runtime.agentConnections;
  const held = [];
  for (const party of ['a', 'b', 'c', 'd']) held.push(await hellos.take(party));
  await using client = await connectAgent(desk.origin, { token: agent.token });
  client.sendRaw(greeting);
  const sendSome = () => {
    for (let each = 0; each < 15; each++) client.sendRaw('{"jsonrpc":"2.0","id":2,"method":"agent.hello"}');
  };
  sendSome();
  const early = await client.closed(1_100);
  sendSome();
  const closed = await client.closed();
  for (const release of held) release();
  assert.deepEqual([early, closed], [null, { code: 4013, reason: 'too many messages wait' }]);
});

test('a message comes in so many frames at most, also where they are empty', async () => {
  const agent = await enrollAgent(desk, 'in-frames');
  const inFrames = async (count: number) => {
    await using client = await connectAgent(desk.origin, { token: agent.token });
    for (let each = 1; each < count; each++) client.socket.send('', { fin: false });
    client.socket.send(greeting, { fin: true });
    return (await client.next())?.result ? 'greeted' : (await client.closed())?.code;
  };
  assert.equal(await inFrames(channelLimits.framesPerMessage), 'greeted');
  assert.equal(await inFrames(channelLimits.framesPerMessage + 1), 1008);
});
const greeting =
  '{"jsonrpc":"2.0","id":1,"method":"agent.hello","params":{"host":"a","version":"1","epoch":1}}';

const example = { rotationId: '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401', epoch: 2 };

test('an agent has one connection without a hello: its secret cannot take the places of others', async () => {
  const [agent, other] = [await enrollAgent(desk, 'greedy'), await enrollAgent(desk, 'modest')];
  await using bystander = await connectAgent(desk.origin, { token: other.token });
  const taken = [];
  for (let each = 0; each < 20; each++) taken.push(await connectAgent(desk.origin, { token: agent.token }));
  const latest = taken.pop();
  for (const client of taken) assert.equal((await client.closed())?.code, 4009);
  assert.ok((await latest?.hello())?.result);
  await latest?.[Symbol.asyncDispose]();
  assert.equal(await bystander.closed(100), null);
});

// Takes the ten seconds that an agent has.
test('who says no hello within ten seconds is closed, and until then is not online', async () => {
  const agent = await enrollAgent(desk, 'silent');
  await using client = await connectAgent(desk.origin, { token: agent.token });
  const began = performance.now();
  const [row] = await desk.sql<{ server_id: string | null }>('select server_id from agents where id = $1', [
    agent.id,
  ]);
  assert.equal(row?.server_id, null);
  const closed = await client.closed(15_000);
  assert.deepEqual(closed, { code: 4008, reason: 'no hello within 10 s' });
  assert.ok(performance.now() - began > 9_000);
});
