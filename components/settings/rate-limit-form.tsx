'use client';
import { useForm } from 'react-hook-form';
import { TextField } from '#components/ui/field.tsx';
import type { SettingsView } from '#server/people/tenants/schema.ts';
import { SettingsForm } from './settings-form.tsx';
import { resetOptions, useSaveSettings } from './use-settings.ts';
import { numberOrNull, wholeNumber } from './whole-number.ts';

interface Values {
  rateLimit: { perSecond: string; atOnce: string };
}

const toValues = ({ rateLimit }: SettingsView): Values => ({
  rateLimit: {
    perSecond: rateLimit?.perSecond.toString() ?? '',
    atOnce: rateLimit?.atOnce.toString() ?? '',
  },
});

/** Nothing in either field is no limit of the tenant's own. */
function toInput({ rateLimit }: Values) {
  const perSecond = numberOrNull(rateLimit.perSecond);
  const atOnce = numberOrNull(rateLimit.atOnce);
  if (perSecond === null && atOnce === null) return { rateLimit: null };
  return { rateLimit: { perSecond: perSecond ?? NaN, atOnce: atOnce ?? NaN } };
}

export function RateLimitForm({ settings }: { settings: SettingsView }) {
  const form = useForm<Values>({ values: toValues(settings), resetOptions });
  const { errors, isDirty } = form.formState;
  const save = useSaveSettings<Values>(['rateLimit.perSecond', 'rateLimit.atOnce'], form.setError);
  const { rateLimit: usual } = settings.installation;
  return (
    <SettingsForm
      isDirty={isDirty}
      pending={save.isPending}
      problem={errors.root?.['refused']?.message}
      onSubmit={form.handleSubmit((values) => save.mutate(toInput(values)))}
    >
      <div className="grid items-start gap-4 @2xl:grid-cols-2">
        <TextField
          label="Calls per second"
          inputMode="numeric"
          autoComplete="off"
          placeholder={usual?.perSecond.toString()}
          hint="1 to 1,000,000."
          error={errors.rateLimit?.perSecond?.message}
          {...form.register('rateLimit.perSecond', wholeNumber)}
        />
        <TextField
          label="Burst"
          inputMode="numeric"
          autoComplete="off"
          placeholder={usual?.atOnce.toString()}
          hint="Calls at once, after a pause."
          error={errors.rateLimit?.atOnce?.message}
          {...form.register('rateLimit.atOnce', wholeNumber)}
        />
      </div>
      <p className="text-sm text-muted">
        {usual
          ? 'Left empty, the limits of the installation apply.'
          : 'Left empty, there is no limit: the operator set none for the installation.'}
      </p>
    </SettingsForm>
  );
}
