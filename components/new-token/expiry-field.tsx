'use client';
import { useId } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import { FieldError, inputClass } from '#components/ui/field.tsx';
import { SegmentedRadio } from '#components/ui/radio.tsx';
import { longDateWords } from '#components/ui/time-words.ts';
import { useNow } from '#components/ui/use-now.ts';
import { daysFrom, daysUntil, inputDate } from './expiry.ts';
import type { ExpiryValues } from './form-schema.ts';

const choices = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '365 days' },
  { value: 'date', label: 'Custom' },
  { value: 'never', label: 'Never' },
] as const;

const maxDays = 3650;

export function ExpiryField() {
  const { register, control, formState } = useFormContext<ExpiryValues>();
  const [expiry, date] = useWatch({ control, name: ['expiry', 'date'] });
  const now = useNow();
  const id = useId();
  const error = formState.errors.date?.message;
  const days = expiry === 'never' ? null : expiry === 'date' ? daysUntil(date, now) : Number(expiry);

  return (
    <fieldset className="grid gap-1.5" aria-describedby={id}>
      <legend className="mb-1.5 font-medium">Expires after</legend>
      <div className="grid grid-cols-3 gap-1.5 sm:grid-cols-[repeat(6,auto)]">
        {choices.map(({ value, label }) => (
          <SegmentedRadio key={value} value={value} {...register('expiry')}>
            {label}
          </SegmentedRadio>
        ))}
      </div>
      {expiry === 'date' && (
        <input
          type="date"
          aria-label="Expiry date"
          aria-invalid={error ? true : undefined}
          aria-describedby={error && id}
          min={inputDate(daysFrom(now, 1))}
          max={inputDate(daysFrom(now, maxDays))}
          className={`${inputClass} mt-1 sm:max-w-50`}
          {...register('date')}
        />
      )}
      <p id={id} aria-live="polite" className="min-h-5 text-sm text-muted">
        {error ? <FieldError message={error} /> : resultWords(expiry, days, now)}
      </p>
    </fieldset>
  );
}

function resultWords(expiry: ExpiryValues['expiry'], days: number | null, now: Date): string {
  if (expiry === 'never') return 'Never expires. Whoever finds it can use it until you revoke it.';
  if (days === null || days < 1 || days > maxDays) return 'Choose a day within the next ten years.';
  const end = longDateWords(daysFrom(now, days));
  return expiry === 'date'
    ? `Expires on ${end}, in ${days} ${days === 1 ? 'day' : 'days'}.`
    : `Expires on ${end}.`;
}
