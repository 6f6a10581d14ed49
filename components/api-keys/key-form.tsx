'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { FormProvider, useForm } from 'react-hook-form';
import { onlyChanged } from '#components/api/only-changed.ts';
import { showProblem } from '#components/api/show-problem.ts';
import { AddressesField } from '#components/new-token/addresses-field.tsx';
import { ExpiryField } from '#components/new-token/expiry-field.tsx';
import { PermissionPicker } from '#components/new-token/permission-picker.tsx';
import { ResourcesField } from '#components/resources/resources-field.tsx';
import { useMe } from '#components/sessions/use-me.ts';
import { TextField } from '#components/ui/field.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { keyPermissions } from '#server/core/access/schema.ts';
import type { CreateKeyInput } from '#server/credentials/api-keys/schema.ts';
import { keyForm, type KeyValues } from './key-form-schema.ts';

export interface SentKey {
  input: CreateKeyInput;
  /** Of it what differs from what the form began with. */
  changed: Partial<CreateKeyInput>;
  showRefused: (error: unknown) => void;
}

interface KeyFormProps {
  title: string;
  description: string;
  submitLabel: string;
  pendingLabel: string;
  discardTitle: string;
  defaultValues: KeyValues;
  pending: boolean;
  onSend: (sent: SentKey) => void;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

const plain = ['name', 'permissions', 'ipAllowlist', 'resources'] as const;

/** What a key is called, may do and reach, and until when. */
export function KeyForm({ defaultValues, discardTitle, onSend, ...dialog }: KeyFormProps) {
  const { data: me } = useMe();
  const form = useForm<KeyValues, unknown, CreateKeyInput>({
    resolver: zodResolver(keyForm),
    defaultValues,
    // It would go by the order in which the fields came to be.
    shouldFocusError: false,
  });
  const { errors, isDirty, dirtyFields } = form.formState;
  function send(input: CreateKeyInput) {
    const changed = onlyChanged(input, { fields: plain, values: form.getValues(), initial: defaultValues });
    // Of the end that it began with the form knows no more than the day.
    const hasNewEnd = dirtyFields.expiry ?? dirtyFields.date;
    onSend({ input, changed: hasNewEnd ? { ...changed, expiresAt: input.expiresAt } : changed, showRefused });
  }
  const showRefused = (error: unknown) => showProblem(error, plain, form.setError);
  const held = keyPermissions.filter((permission) => me?.permissions.includes(permission));
  return (
    <FormProvider {...form}>
      <FormDialog
        {...dialog}
        wide
        locked
        onSubmit={form.handleSubmit(send)}
        problem={errors.root?.['refused']?.message ?? errors.resources?.message}
        discard={isDirty && { title: discardTitle, description: 'What you filled in will be lost.' }}
      >
        <TextField
          data-first-focus
          label="Name"
          placeholder="billing"
          hint="The service that will use it. No other live key has this name."
          autoComplete="off"
          error={errors.name?.message}
          {...form.register('name')}
        />
        <ExpiryField />
        <fieldset className="grid gap-2.5">
          <legend className="mb-1.5 font-medium">Permissions</legend>
          <PermissionPicker offered={held} />
        </fieldset>
        <ResourcesField />
        <AddressesField />
      </FormDialog>
    </FormProvider>
  );
}
