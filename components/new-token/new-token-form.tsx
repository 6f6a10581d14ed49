'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { FormProvider, useForm } from 'react-hook-form';
import { showProblem } from '#components/api/show-problem.ts';
import { TextField } from '#components/ui/field.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import type { CreateTokenInput } from '#server/credentials/tokens/schema.ts';
import { AddressesField } from './addresses-field.tsx';
import { ExpiryField } from './expiry-field.tsx';
import { newTokenForm, type NewTokenValues } from './form-schema.ts';
import { PermissionsField } from './permissions-field.tsx';

interface NewTokenFormProps {
  pending: boolean;
  onSend: (input: CreateTokenInput, showRefused: (error: unknown) => void) => void;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

const defaultValues: NewTokenValues = {
  name: '',
  expiry: '90',
  date: '',
  scope: 'all',
  permissions: [],
  ipAllowlist: '',
};

const discard = {
  title: 'Discard this token?',
  description: 'It is not made yet. What you filled in will be lost.',
};

export function NewTokenForm({ pending, onSend, ...dialog }: NewTokenFormProps) {
  const form = useForm<NewTokenValues, unknown, CreateTokenInput>({
    resolver: zodResolver(newTokenForm),
    defaultValues,
    // It would go by the order in which the fields came to be.
    shouldFocusError: false,
  });
  const { register, handleSubmit, setError, formState } = form;
  const { errors, isDirty } = formState;
  const showRefused = (error: unknown) =>
    showProblem(error, ['name', 'permissions', 'ipAllowlist'], setError);
  const submit = handleSubmit((input) => onSend(input, showRefused));

  return (
    <FormProvider {...form}>
      <FormDialog
        {...dialog}
        wide
        locked
        title="New token"
        description="It acts as you, and can never do more than you."
        onSubmit={submit}
        submitLabel="Create token"
        pendingLabel="Creating…"
        pending={pending}
        problem={errors.root?.['refused']?.message}
        discard={isDirty && discard}
      >
        <TextField
          data-first-focus
          label="Name"
          placeholder="laptop"
          hint="What will use it. You will know it by this name when you want to switch it off."
          autoComplete="off"
          error={errors.name?.message}
          {...register('name')}
        />
        <ExpiryField />
        <PermissionsField />
        <AddressesField />
      </FormDialog>
    </FormProvider>
  );
}
