import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentView, CreatedAgentView, EnrolledAgentView } from '#server/credentials/agents/schema.ts';
import type { Answer } from '#server/testing/caller.ts';
import { openDesk } from '#server/testing/desk.ts';
import { expect } from '#server/testing/person.ts';

const created = (answer: Answer) => expect(201, answer).body as unknown as CreatedAgentView;
const enrolled = (answer: Answer) => expect(201, answer).body as unknown as EnrolledAgentView;
const shown = (answer: Answer) => expect(200, answer).body as unknown as AgentView;

test('an agent is made, enrolled by its code, and acts as itself', async () => {
  await using desk = await openDesk();
  const { agent, code } = created(await desk.ada.send('POST /api/v1/agents', { body: { name: 'runner-1' } }));
  const machine = { host: 'runner-7.internal', version: '0.1.0' };
  const { token, epoch } = enrolled(
    await desk.send('POST /api/v1/agents/enroll', { body: { code, ...machine } }),
  );
  assert.equal(epoch, 1);
  assert.match(token, /^kw_agt_[0-9A-Za-z]{38}$/);
  const me = expect(200, await desk.send('GET /api/v1/me', { token }));
  assert.deepEqual(me.body['agent'], { id: agent.id, name: 'runner-1', ownerId: desk.ada.id });
  const now = shown(await desk.ada.send(`GET /api/v1/agents/${agent.id}`));
  assert.deepEqual(
    [now.epoch, now.host, now.version, now.enrollment],
    [1, 'runner-7.internal', '0.1.0', null],
  );
});
