import {
  markDelivered,
  markFailed,
  markPersisted,
  markTimedOut,
} from '#server/credentials/rotation/commands.ts';
import { stageRotation, type StagedRotation } from '#server/credentials/rotation/stage-rotation.ts';
import {
  asAgent,
  breakOff,
  closeConnection,
  sendMessage,
  type AgentConnection,
} from '#server/doors/agents/connection.ts';
import { ProtocolError, type Reply } from '#server/doors/agents/read-message.ts';
import { rotateResult, rotationFailedParams, type RotateParams } from '#server/doors/agents/schema.ts';

/** Sends an agent the secret of the rotation that waits for it, if one does. */
export async function deliverRotation(connection: AgentConnection): Promise<void> {
  const { id, ctx, socket } = connection;
  const staged = await stageRotation(ctx, id);
  if (!staged || socket.readyState !== socket.OPEN) return;
  if (!(await markDelivered(ctx, staged.rotationId))) return;
  send(connection, staged);
}

function send(connection: AgentConnection, staged: StagedRotation): void {
  const { rotationId, epoch, secret, graceSeconds, timeoutSeconds } = staged;
  const params: RotateParams = { rotationId, epoch, token: secret.reveal(), graceSeconds };
  sendMessage(connection, { id: rotationId, method: 'token.rotate', params });
  const timer = setTimeout(() => {
    asAgent(connection, () => timeOut(connection, rotationId)).catch((error: unknown) =>
      breakOff(connection, error),
    );
  }, timeoutSeconds * 1_000).unref();
  connection.unanswered ??= new Map();
  connection.unanswered.set(rotationId, timer);
}

const lastWaitMs = 60_000;

/** What comes late still counts; after a while the agent is asked by what it holds, which it says when it connects. */
async function timeOut(connection: AgentConnection, rotationId: string): Promise<void> {
  if (!(await markTimedOut(connection.ctx, rotationId))) return;
  const timer = setTimeout(
    () => closeConnection(connection, 'goingAway', 'a rotation was not answered: reconnect within 30 s'),
    lastWaitMs,
  ).unref();
  connection.unanswered?.set(rotationId, timer);
}

/** What an agent says of a secret that it was sent. */
export async function takeReply(connection: AgentConnection, { id, outcome }: Reply): Promise<void> {
  const timer = connection.unanswered?.get(String(id));
  if (!timer) throw new ProtocolError('this answers nothing that was asked');
  clearTimeout(timer);
  connection.unanswered?.delete(String(id));
  const rotationId = String(id);
  if ('error' in outcome) {
    const { data, message } = outcome.error;
    const said = rotationFailedParams.safeParse(data);
    const failure = said.success ? said.data : { reason: 'other' as const, text: message };
    await markFailed(connection.ctx, { ...failure, rotationId });
    return;
  }
  if (!rotateResult.safeParse(outcome.result).success)
    throw new ProtocolError('answer {"status":"persisted"}');
  await markPersisted(connection.ctx, rotationId);
}
