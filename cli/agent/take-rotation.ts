import { setTimeout as sleep } from 'node:timers/promises';
import { secretKind } from '#server/core/secrets/schema.ts';
import type { RotateParams } from '#server/doors/agents/schema.ts';
import type { Channel, RotationAnswer } from './channel.ts';
import type { HeldSecrets } from './held-secrets.ts';
import type { AgentEvent, RotationFailure } from './published.d.ts';
import { redact, type Trial } from './try-token.ts';

/** Between tries of a new secret that the server did not answer; in all less than a rotation may take. */
const triesAfterMs = [0, 1_000, 2_000, 4_000, 8_000];

interface Rotation {
  rotationId: string;
  answer: Promise<RotationAnswer>;
  /** What to tell the server of it; undefined where `answer` says all. */
  report: Promise<Report | undefined>;
}

interface Report {
  method: 'agent.rotation_complete' | 'agent.rotation_failed';
  params: object;
}

export type TakeRotation = (params: RotateParams, channel: Channel) => Promise<RotationAnswer>;

/**
 * Takes the secrets that the server sends, one at a time. The same rotation, sent again, comes to the same outcome; one that
 * failed is tried again.
 */
export function createRotations(secrets: HeldSecrets, onEvent: (event: AgentEvent) => void): TakeRotation {
  let underWay: Rotation | undefined;
  return async (params, channel) => {
    const { rotationId, epoch } = params;
    if (underWay && underWay.rotationId !== rotationId)
      return { rotationId, reason: 'busy', text: 'Another rotation is under way.' };
    if (!underWay) {
      onEvent({ event: 'rotation_started', rotationId, epoch });
      underWay = begin(secrets, params, onEvent);
      void underWay.report.finally(() => {
        underWay = undefined;
      });
    }
    const { answer, report } = underWay;
    void report.then((told) => told && channel.notify(told.method, told.params));
    return answer;
  };
}

function begin(secrets: HeldSecrets, params: RotateParams, onEvent: (event: AgentEvent) => void): Rotation {
  const { rotationId, epoch } = params;
  const failed = (reason: RotationFailure, said: string) => {
    const text = redact(said);
    onEvent({ event: 'rotation_failed', rotationId, reason, text });
    return { rotationId, reason, text };
  };
  const answer = keep(secrets, params).then((kept) =>
    kept.kept ? ({ status: 'persisted' } as const) : failed(kept.reason, kept.text),
  );
  const report = answer.then(async (answered): Promise<Report | undefined> => {
    if (!('status' in answered)) return undefined;
    const trial = await confirm(secrets);
    if (trial.result === 'works') return { method: 'agent.rotation_complete', params: { rotationId, epoch } };
    return { method: 'agent.rotation_failed', params: failed('verify_failed', trial.reason) };
  });
  return { rotationId, answer, report };
}

async function keep(secrets: HeldSecrets, { epoch, token }: RotateParams) {
  if (secretKind(token) !== 'agt')
    return { kept: false, reason: 'other', text: 'What was sent is no secret of an agent.' } as const;
  return await secrets.keepNext({ epoch, token });
}

async function confirm(secrets: HeldSecrets): Promise<Trial> {
  let trial: Trial = { result: 'unknown', reason: 'It was not tried.' };
  for (const delay of triesAfterMs) {
    await sleep(delay);
    trial = await secrets.confirmNext();
    if (trial.result !== 'unknown') break;
  }
  return trial;
}
