'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { showProblem } from '#components/api/show-problem.ts';
import { TextField } from '#components/ui/field.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { type TokenView, tokenNameSchema } from '#server/credentials/tokens/schema.ts';
import { useRenameToken } from './use-token-changes.ts';

export interface TokenDialogProps {
  token: TokenView;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

const resolver = zodResolver(z.object({ name: tokenNameSchema }));

export function RenameDialog({ token, ...dialog }: TokenDialogProps) {
  const form = useForm({ resolver, defaultValues: { name: token.name } });
  const { errors } = form.formState;
  const rename = useRenameToken(dialog.onClose);
  const submit = form.handleSubmit(({ name }) =>
    rename.mutate(
      { id: token.id, name },
      { onError: (error) => showProblem(error, ['name'], form.setError) },
    ),
  );
  return (
    <FormDialog
      {...dialog}
      title="Rename token"
      onSubmit={submit}
      submitLabel="Rename"
      pendingLabel="Renaming…"
      pending={rename.isPending}
    >
      <TextField
        data-first-focus
        label="Name"
        autoComplete="off"
        error={errors.name?.message ?? errors.root?.['refused']?.message}
        {...form.register('name')}
      />
    </FormDialog>
  );
}
