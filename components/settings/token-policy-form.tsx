'use client';
import { useForm } from 'react-hook-form';
import { Checkbox } from '#components/ui/checkbox.tsx';
import { TextField } from '#components/ui/field.tsx';
import type { SettingsView } from '#server/people/tenants/schema.ts';
import { SettingsForm } from './settings-form.tsx';
import { resetOptions, useSaveSettings } from './use-settings.ts';
import { numberOrNull, wholeNumber } from './whole-number.ts';

const toValues = ({ maxTokenDays, allowEternalTokens }: SettingsView) => ({
  maxTokenDays: maxTokenDays?.toString() ?? '',
  allowEternalTokens,
});

export function TokenPolicyForm({ settings }: { settings: SettingsView }) {
  const form = useForm({ values: toValues(settings), resetOptions });
  const { errors, isDirty } = form.formState;
  const save = useSaveSettings(['maxTokenDays', 'allowEternalTokens'], form.setError);
  return (
    <SettingsForm
      isDirty={isDirty}
      pending={save.isPending}
      problem={errors.root?.['refused']?.message}
      onSubmit={form.handleSubmit(({ maxTokenDays, ...rest }) =>
        save.mutate({ ...rest, maxTokenDays: numberOrNull(maxTokenDays) }),
      )}
    >
      <TextField
        label="Maximum lifetime in days"
        inputMode="numeric"
        autoComplete="off"
        placeholder="3650"
        className="max-w-40"
        hint="1 to 3,650. Leave empty for ten years."
        error={errors.maxTokenDays?.message}
        {...form.register('maxTokenDays', wholeNumber)}
      />
      <Checkbox {...form.register('allowEternalTokens')}>Allow tokens that never expire</Checkbox>
    </SettingsForm>
  );
}
