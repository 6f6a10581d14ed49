'use client';
import { Plus, X } from 'lucide-react';
import { Fragment } from 'react';
import { useFieldArray, useFormContext, useWatch } from 'react-hook-form';
import { Button } from '#components/ui/button.tsx';
import { FieldError, TextField } from '#components/ui/field.tsx';
import { PasswordField } from '#components/ui/password-field.tsx';
import { Radio } from '#components/ui/radio.tsx';
import { serverLimits } from '#server/gateway/mcp-servers/schema.ts';
import type { ServerValues } from './server-form-schema.ts';

const kinds = [
  { value: 'none', label: 'Nothing', note: 'It answers everyone who reaches it.' },
  { value: 'headers', label: 'Headers', note: 'Such as an API key: encrypted, and never shown again.' },
  {
    value: 'keyward_jwt',
    label: 'A JWT of Keyward',
    note: 'Says who calls, for five minutes. The server checks it with the keys of this desk.',
  },
] as const;

/** What Keyward signs in with at a tool server. */
export function AuthField({ storedHeaders }: { storedHeaders: readonly string[] | undefined }) {
  const { register, control, formState } = useFormContext<ServerValues>();
  const auth = useWatch({ control, name: 'auth' });
  const error = formState.errors.headers?.message ?? formState.errors.headers?.root?.message;
  return (
    <fieldset className="grid gap-2.5">
      <legend className="mb-1.5 font-medium">Keyward signs in with</legend>
      {kinds.map(({ value, label, note }) => (
        <Fragment key={value}>
          <Radio value={value} note={note} {...register('auth')}>
            {label}
          </Radio>
          {value === 'headers' && auth === value && <HeaderFields storedHeaders={storedHeaders} />}
        </Fragment>
      ))}
      {error && <FieldError message={error} />}
    </fieldset>
  );
}

function HeaderFields({ storedHeaders }: { storedHeaders: readonly string[] | undefined }) {
  const { register, control, formState, setValue } = useFormContext<ServerValues>();
  const keepsHeaders = useWatch({ control, name: 'keepsHeaders' });
  const { fields, append, remove } = useFieldArray({ control, name: 'headers' });
  const errors = formState.errors.headers;
  if (keepsHeaders)
    return (
      <div className="flex flex-wrap items-center justify-between gap-2 rounded-control bg-sunken px-3 py-2 text-sm sm:ml-6.5">
        <p>
          Sends <code className="font-mono text-xs">{storedHeaders?.join(', ')}</code>
        </p>
        <Button size="sm" onClick={() => setValue('keepsHeaders', false, { shouldDirty: true })}>
          Replace
        </Button>
      </div>
    );
  return (
    <div role="group" aria-label="Headers" className="grid gap-3 sm:ml-6.5">
      {fields.map(({ id }, index) => (
        <div
          key={id}
          className="grid grid-cols-[minmax(0,1fr)_2rem] gap-x-2 gap-y-2 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_2rem]"
        >
          <TextField
            label="Name"
            placeholder="authorization"
            autoComplete="off"
            spellCheck={false}
            error={errors?.[index]?.name?.message}
            {...register(`headers.${index}.name`)}
          />
          <div className="max-sm:order-last max-sm:col-span-full">
            <PasswordField
              label="Value"
              placeholder="Bearer …"
              autoComplete="off"
              error={errors?.[index]?.value?.message}
              {...register(`headers.${index}.value`)}
            />
          </div>
          <Button
            variant="ghost"
            size="icon"
            aria-label={`Remove header ${index + 1}`}
            disabled={fields.length === 1}
            onClick={() => remove(index)}
            className="mt-7.5"
          >
            <X aria-hidden />
          </Button>
        </div>
      ))}
      {fields.length < serverLimits.headers && (
        <Button size="sm" className="justify-self-start" onClick={() => append({ name: '', value: '' })}>
          <Plus aria-hidden />
          Add a header
        </Button>
      )}
    </div>
  );
}
