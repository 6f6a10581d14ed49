'use client';
import { Ban, Check, CircleAlert, CircleDashed, Clock, LoaderCircle, type LucideIcon } from 'lucide-react';
import { Step, Steps, type StepTone } from '#components/ui/steps.tsx';
import { clockWords, exactWords } from '#components/ui/time-words.ts';
import { useNow } from '#components/ui/use-now.ts';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import type { RotationView } from '#server/credentials/rotation/schema.ts';
import { type RotationStep, rotationSteps } from './rotation-steps.ts';

const marks: Record<RotationStep['state'], { icon: LucideIcon; tone: StepTone }> = {
  done: { icon: Check, tone: 'ok' },
  now: { icon: LoaderCircle, tone: 'waiting' },
  next: { icon: CircleDashed, tone: 'idle' },
  grace: { icon: Clock, tone: 'warn' },
  failed: { icon: CircleAlert, tone: 'danger' },
  stopped: { icon: Ban, tone: 'idle' },
};

interface RotationProgressProps {
  agent: Pick<AgentView, 'online' | 'host'>;
  rotation: RotationView;
}

/** A rotation, step by step as it goes. */
export function RotationProgress({ agent: { online, host }, rotation }: RotationProgressProps) {
  const now = useNow();
  return (
    <Steps>
      {rotationSteps(rotation, { online, host, now }).map((step) => (
        <Step
          key={step.title}
          {...marks[step.state]}
          title={step.title}
          aside={<When step={step} now={now} />}
        >
          {step.note}
        </Step>
      ))}
    </Steps>
  );
}

const precise = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** To the second where it was today: the steps of one that goes well are seconds apart. */
function When({ step: { at, state }, now }: { step: RotationStep; now: Date }) {
  if (!at) return null;
  const date = new Date(at);
  const isToday = date.toDateString() === now.toDateString();
  const words = isToday ? precise.format(date) : clockWords(date, now);
  return (
    <time dateTime={at} title={exactWords(date)}>
      {state === 'grace' ? `until ${words}` : words}
    </time>
  );
}
