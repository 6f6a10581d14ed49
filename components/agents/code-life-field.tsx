import type { UseFormRegisterReturn } from 'react-hook-form';
import { SegmentedRadio } from '#components/ui/radio.tsx';
import type { codeMinutes } from './agent-form-schema.ts';

const choices: readonly { value: (typeof codeMinutes)[number]; label: string }[] = [
  { value: '10', label: '10 minutes' },
  { value: '60', label: '1 hour' },
  { value: '1440', label: '1 day' },
];

/** How long the code that enrolls an agent works. */
export function CodeLifeField({ field }: { field: UseFormRegisterReturn }) {
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1.5 font-medium">The code works for</legend>
      <div className="grid grid-cols-3 gap-2">
        {choices.map(({ value, label }) => (
          <SegmentedRadio key={value} value={value} {...field}>
            {label}
          </SegmentedRadio>
        ))}
      </div>
      <p className="text-sm text-muted">Ten minutes are enough to paste a command; longer is for images.</p>
    </fieldset>
  );
}
