'use client';
import { useFormContext } from 'react-hook-form';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { TextField } from '#components/ui/field.tsx';
import type { ServerValues } from './server-form-schema.ts';

const fields = [
  {
    name: 'timeoutSeconds',
    label: 'Silent for at most',
    hint: 'Seconds, 1 to 600. Progress starts it anew.',
  },
  { name: 'totalSeconds', label: 'A call takes at most', hint: 'Seconds, 1 to 14,400.' },
  { name: 'maxConcurrent', label: 'Calls at once', hint: '1 to 256. More of them wait.' },
  { name: 'costUsdPerCall', label: 'Cost of a call', hint: 'In US dollars, such as 0.002.' },
] as const;

/** What the calls of a server may take. Most leave it as it is. */
export function LimitFields() {
  const { register, formState } = useFormContext<ServerValues>();
  const { errors } = formState;
  const isWrong = fields.some(({ name }) => errors[name]);
  const inputs = (
    <div className="grid gap-4 sm:grid-cols-2">
      {fields.map(({ name, label, hint }) => (
        <TextField
          key={name}
          label={label}
          hint={hint}
          inputMode="decimal"
          autoComplete="off"
          error={errors[name]?.message}
          {...register(name)}
        />
      ))}
    </div>
  );
  return isWrong ? inputs : <Disclosure label="Limits and cost">{inputs}</Disclosure>;
}
