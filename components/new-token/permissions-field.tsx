'use client';
import { useFormContext, useWatch } from 'react-hook-form';
import { useMe } from '#components/sessions/use-me.ts';
import { Radio } from '#components/ui/radio.tsx';
import type { NewTokenValues } from './form-schema.ts';
import { PermissionPicker } from './permission-picker.tsx';

export function PermissionsField() {
  const { register, control } = useFormContext<NewTokenValues>();
  const scope = useWatch({ control, name: 'scope' });
  const { data: me } = useMe();
  return (
    <fieldset className="grid gap-2.5">
      <legend className="mb-1.5 font-medium">Permissions</legend>
      <Radio
        value="all"
        note="Everything your role allows at the time, except making tokens."
        {...register('scope')}
      >
        All of mine
      </Radio>
      <Radio value="some" note="A fixed list. Best for CI and for agents." {...register('scope')}>
        Selected permissions
      </Radio>
      {scope === 'some' && <PermissionPicker offered={me?.permissions ?? []} />}
    </fieldset>
  );
}
