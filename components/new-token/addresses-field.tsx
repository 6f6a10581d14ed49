'use client';
import { useFormContext } from 'react-hook-form';
import { Field, inputClass } from '#components/ui/field.tsx';
import type { AddressesValues } from './form-schema.ts';

export function AddressesField() {
  const { register, formState } = useFormContext<AddressesValues>();
  return (
    <Field
      label="Only from these addresses"
      optional
      hint="IP addresses or CIDR ranges, one per line. Leave empty to allow any."
      error={formState.errors.ipAllowlist?.message}
    >
      {(control) => (
        <textarea
          {...control}
          {...register('ipAllowlist')}
          rows={2}
          spellCheck={false}
          placeholder="203.0.113.0/24"
          className={`${inputClass} h-auto min-h-10 resize-y py-2 font-mono text-sm`}
        />
      )}
    </Field>
  );
}
