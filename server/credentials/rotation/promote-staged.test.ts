import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropStaged, stageSecret } from '#server/core/secrets/replace-secret.ts';
import { lockAgentCredential } from '#server/credentials/rotation/queries.ts';
import { textOf, type Answer, type Caller } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { createAgent, enrollByCode } from '#server/testing/enrollment.ts';
import { goodPassword, signIn } from '#server/testing/person.ts';

/** An enrolled agent with a second secret that has not been shown yet. */
async function openStaged(desk: Desk) {
  const { agent, code } = await createAgent(desk.ada, { name: 'runner' });
  const { token: old } = await enrollByCode(desk, code);
  const replacement = { credentialId: agent.id, kind: 'agt', rotationId: undefined } as const;
  const { secret } = await desk.runtime.db.transaction((tx) =>
    stageSecret(tx, replacement, desk.clock.now()),
  );
  return { agent, old, staged: secret.reveal() };
}

const codeOf = async (desk: Desk, token: string) =>
  (await desk.send('GET /api/v1/me', { token })).problem?.code ?? 'ok';
/** A busy machine may have some wait too long for the others: they are asked to try again. */
async function sendUntilAnswered(caller: Caller, token: string): Promise<Answer> {
  const answer = await caller.send('GET /api/v1/me', { token });
  return answer.status === 503 ? sendUntilAnswered(caller, token) : answer;
}
const promotions = ({ sql }: Desk) =>
  sql<{ detail: { epoch: number } }>("select detail from audit_events where action = 'rotation.promote'");

test('of twenty first uses of a staged secret at once, on two servers, all are answered and one promotes it', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const { staged } = await openStaged(desk);
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, n) => sendUntilAnswered(n % 2 ? desk : other, staged)),
  );
  assert.deepEqual(
    all.map(({ status }) => status),
    Array<number>(20).fill(200),
  );
  assert.deepEqual(
    (await promotions(desk)).map(({ detail }) => detail.epoch),
    [2],
  );
  const states = await desk.sql<{ state: string }>(
    "select state from secrets where prefix like 'kw_agt_%' order by epoch",
  );
  assert.deepEqual(
    states.map(({ state }) => state),
    ['grace', 'current'],
  );
});

test('the secret that was replaced works through its grace and not after it, and both dates are set anew', async () => {
  await using desk = await openDesk();
  const { agent, old, staged } = await openStaged(desk);
  assert.equal(await codeOf(desk, old), 'ok', 'until the first use of the new one');
  desk.clock.advance({ days: 3 });
  assert.equal(await codeOf(desk, staged), 'ok');
  const ada = await signIn(desk, desk.ada.email, goodPassword);
  const { body } = await ada.send(`GET /api/v1/agents/${agent.id}`);
  const days = ['rotateAfter', 'expiresAt'].map(
    (name) => (Date.parse(textOf(body[name])) - desk.clock.now().getTime()) / 86_400_000,
  );
  assert.deepEqual([body['epoch'], ...days], [2, 7, 14]);
  desk.clock.advance({ minutes: 4, seconds: 59 });
  assert.equal(await codeOf(desk, old), 'ok');
  desk.clock.advance({ seconds: 1 });
  assert.equal(await codeOf(desk, old), 'secret_retired');
  assert.equal(await codeOf(desk, staged), 'ok');
});

test('a first use is refused whose rotation is cancelled at that moment: an agent that took it for good would drop the one that works', async () => {
  await using desk = await openDesk();
  const { agent, old, staged } = await openStaged(desk);
  const { using } = await desk.runtime.db.transaction(async (tx) => {
    await lockAgentCredential(tx, agent.id);
    const using = codeOf(desk, staged);
    await desk.untilBlocked();
    await dropStaged(tx, agent.id, desk.clock.now());
    return { using };
  });
  assert.equal(await using, 'secret_retired');
  assert.equal(await codeOf(desk, old), 'ok');
});

test('a staged secret of a paused agent is refused and not promoted', async () => {
  await using desk = await openDesk();
  const { agent, staged } = await openStaged(desk);
  await desk.ada.send(`POST /api/v1/agents/${agent.id}/pause`, { body: { reason: 'why' } });
  assert.equal(await codeOf(desk, staged), 'paused');
  assert.equal((await promotions(desk)).length, 0);
});
