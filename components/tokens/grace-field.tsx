'use client';
import { useId } from 'react';
import { Alert } from '#components/ui/alert.tsx';
import { SegmentedRadio } from '#components/ui/radio.tsx';
import { clockWords } from '#components/ui/time-words.ts';
import { useNow } from '#components/ui/use-now.ts';
import type { graceChoices, TokenView } from '#server/credentials/tokens/schema.ts';

export type GraceSeconds = (typeof graceChoices)[number];

const choices: readonly { seconds: GraceSeconds; label: string }[] = [
  { seconds: 0, label: 'Not at all' },
  { seconds: 900, label: '15 minutes' },
  { seconds: 3_600, label: '1 hour' },
  { seconds: 86_400, label: '1 day' },
  { seconds: 604_800, label: '7 days' },
];

interface GraceFieldProps {
  credential: Pick<TokenView, 'expiresAt' | 'rotation'>;
  noun: string;
  value: GraceSeconds;
  onChange: (seconds: GraceSeconds) => void;
}

/** For how long the old secret goes on working, and until when that is. */
export function GraceField({ credential, noun, value, onChange }: GraceFieldProps) {
  const now = useNow();
  const id = useId();
  const running = credential.rotation && new Date(credential.rotation.graceEndsAt);
  return (
    <>
      <fieldset aria-describedby={id}>
        <legend className="mb-1.5 font-medium">The old secret goes on working for</legend>
        <div className="grid grid-cols-2 gap-1.5 sm:grid-cols-5">
          {choices.map(({ seconds, label }) => (
            <SegmentedRadio
              key={seconds}
              name={id}
              value={seconds}
              checked={value === seconds}
              {...(value === seconds && { 'data-first-focus': true })}
              onChange={() => onChange(seconds)}
            >
              {label}
            </SegmentedRadio>
          ))}
        </div>
        <p id={id} aria-live="polite" className="mt-1.5 min-h-10 text-sm text-muted">
          {graceWords(credential.expiresAt, noun, value, now)}
        </p>
      </fieldset>
      {running && running > now && (
        <Alert variant="warn">
          This {noun} was rotated before, and its older secret works until {clockWords(running, now)}. If you
          rotate again, that one stops at once.
        </Alert>
      )}
    </>
  );
}

function graceWords(expiresAt: string | null, noun: string, seconds: GraceSeconds, now: Date): string {
  if (seconds === 0)
    return `It stops at once: programs that use this ${noun} are refused until they have the new secret. Choose this if the old one has leaked.`;
  const end = new Date(now.getTime() + seconds * 1_000);
  if (expiresAt && new Date(expiresAt) < end)
    return `Both work until the ${noun} itself expires, ${clockWords(new Date(expiresAt), now)}.`;
  return `Until ${clockWords(end, now)} both work, so that nothing is interrupted while you put the new one in place.`;
}
