'use client';
import { useForm, type FieldErrors, type UseFormRegister } from 'react-hook-form';
import { Checkbox } from '#components/ui/checkbox.tsx';
import { TextField } from '#components/ui/field.tsx';
import type { SettingsView } from '#server/people/tenants/schema.ts';
import { SettingsForm } from './settings-form.tsx';
import { resetOptions, useSaveSettings } from './use-settings.ts';
import { numberOrNull, wholeNumber } from './whole-number.ts';

const fields = [
  {
    name: 'agentRotationDays',
    label: 'Days between rotations',
    hint: '1 to 365. An agent may have its own.',
  },
  {
    name: 'agentOverdueDays',
    label: 'Days overdue',
    hint: '0 to 90: how long a secret that is due works on. Not 0 where rotations are daily.',
  },
  {
    name: 'agentGraceMinutes',
    label: 'Grace in minutes',
    hint: '1 to 60: how long a secret works on that was replaced.',
  },
  {
    name: 'agentRotationTimeoutSeconds',
    label: 'Timeout in seconds',
    hint: '5 to 300: how long an agent may take to confirm.',
  },
  {
    name: 'agentRotationCheckMinutes',
    label: 'Minutes between checks',
    hint: '1 to 1,440: how often Keyward looks for secrets that are due.',
  },
  {
    name: 'agentRecoveryDays',
    label: 'Days of recovery',
    hint: '0 to 365: how long an agent whose secret has expired may still connect to get a new one.',
  },
] as const;

type NumberField = (typeof fields)[number]['name'];
type Values = Record<NumberField, string> & { pausesClones: boolean };

const ofFields = <T,>(value: (name: NumberField) => T) =>
  Object.fromEntries(fields.map(({ name }) => [name, value(name)])) as Record<NumberField, T>;

const toValues = (settings: SettingsView): Values => ({
  ...ofFields((name) => settings[name].toString()),
  pausesClones: settings.agentCloneAction === 'pause',
});

/** An empty field is refused as no number. */
const toInput = ({ pausesClones, ...numbers }: Values) => ({
  ...ofFields((name) => numberOrNull(numbers[name]) ?? NaN),
  agentCloneAction: pausesClones ? ('pause' as const) : ('warn' as const),
});

export function AgentsForm({ settings }: { settings: SettingsView }) {
  const form = useForm<Values>({ values: toValues(settings), resetOptions });
  const { errors, isDirty } = form.formState;
  const save = useSaveSettings<Values>(
    fields.map(({ name }) => name),
    form.setError,
  );
  return (
    <SettingsForm
      isDirty={isDirty}
      pending={save.isPending}
      problem={errors.root?.['refused']?.message}
      onSubmit={form.handleSubmit((values) => save.mutate(toInput(values)))}
    >
      <Numbers errors={errors} register={form.register} />
      <Checkbox {...form.register('pausesClones')}>
        Pause an agent that seems to run in two places
        <span className="block text-sm text-muted">Its owner is notified either way.</span>
      </Checkbox>
    </SettingsForm>
  );
}

function Numbers({ errors, register }: { errors: FieldErrors<Values>; register: UseFormRegister<Values> }) {
  return (
    <div className="grid items-start gap-4 @2xl:grid-cols-2">
      {fields.map(({ name, label, hint }) => (
        <TextField
          key={name}
          label={label}
          inputMode="numeric"
          autoComplete="off"
          hint={hint}
          error={errors[name]?.message}
          {...register(name, wholeNumber)}
        />
      ))}
    </div>
  );
}
