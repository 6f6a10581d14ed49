'use client';
import { useForm } from 'react-hook-form';
import { Checkbox } from '#components/ui/checkbox.tsx';
import type { SettingsView } from '#server/people/tenants/schema.ts';
import { SettingsForm } from './settings-form.tsx';
import { resetOptions, useSaveSettings } from './use-settings.ts';

export function RotationForm({ settings: { disableOnReuse } }: { settings: SettingsView }) {
  const form = useForm({ values: { disableOnReuse }, resetOptions });
  const { errors, isDirty } = form.formState;
  const save = useSaveSettings(['disableOnReuse'], form.setError);
  return (
    <SettingsForm
      isDirty={isDirty}
      pending={save.isPending}
      problem={errors.root?.['refused']?.message}
      onSubmit={form.handleSubmit((input) => save.mutate(input))}
    >
      <Checkbox {...form.register('disableOnReuse')}>
        Disable a token when a secret that rotation replaced is used
        <span className="block text-sm text-muted">
          Such a call means that the secret leaked or that a program was not updated. The owner is notified
          either way.
        </span>
      </Checkbox>
    </SettingsForm>
  );
}
