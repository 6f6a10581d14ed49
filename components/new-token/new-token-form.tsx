'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect, useRef } from 'react';
import { FormProvider, useForm, type UseFormReturn } from 'react-hook-form';
import { showProblem } from '#components/api/show-problem.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { DialogBody, DialogFooter } from '#components/ui/dialog.tsx';
import { Field, inputClass, TextField } from '#components/ui/field.tsx';
import { focusFirstError } from '#components/ui/focus-first-error.ts';
import type { CreateTokenInput } from '#server/credentials/tokens/schema.ts';
import { ExpiryField } from './expiry-field.tsx';
import { newTokenForm, type NewTokenValues } from './form-schema.ts';
import { PermissionsField } from './permissions-field.tsx';

interface NewTokenFormProps {
  form: UseFormReturn<NewTokenValues, unknown, CreateTokenInput>;
  busy: boolean;
  onSend: (input: CreateTokenInput, onRefused: (error: unknown) => void) => void;
  onCancel: () => void;
}

const defaultValues: NewTokenValues = {
  name: '',
  expiry: '90',
  date: '',
  scope: 'all',
  permissions: [],
  ipAllowlist: '',
};

export const useNewTokenForm = () =>
  useForm<NewTokenValues, unknown, CreateTokenInput>({
    resolver: zodResolver(newTokenForm),
    defaultValues,
    // It would go by the order in which the fields came to be.
    shouldFocusError: false,
  });

export function NewTokenForm({ form, busy, onSend, onCancel }: NewTokenFormProps) {
  const { register, handleSubmit, setError, formState } = form;
  const { errors, submitCount } = formState;
  const element = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (submitCount > 0) focusFirstError(element.current);
  }, [submitCount]);

  const refused = (error: unknown) => showProblem(error, ['name', 'permissions', 'ipAllowlist'], setError);
  const submit = handleSubmit((input) => onSend(input, refused));

  return (
    <FormProvider {...form}>
      <form ref={element} noValidate className="contents" onSubmit={(event) => void submit(event)}>
        <DialogBody>
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
          <Field
            label="Only from these addresses"
            optional
            hint="IP addresses or CIDR ranges, one a line. Empty: from anywhere."
            error={errors.ipAllowlist?.message}
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
          {errors.root?.['refused'] && <Alert variant="danger">{errors.root['refused'].message}</Alert>}
        </DialogBody>
        <DialogFooter>
          <Button disabled={busy} onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" pending={busy} pendingLabel="Creating…">
            Create token
          </Button>
        </DialogFooter>
      </form>
    </FormProvider>
  );
}
