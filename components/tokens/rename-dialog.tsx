'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { showProblem } from '#components/api/show-problem.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '#components/ui/dialog.tsx';
import { TextField } from '#components/ui/field.tsx';
import { type TokenView, tokenNameSchema } from '#server/credentials/tokens/schema.ts';
import { useRenameToken } from './use-token-changes.ts';

export interface TokenDialogProps {
  token: TokenView;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

const resolver = zodResolver(z.object({ name: tokenNameSchema }));

export function RenameDialog({ token, returnTo, onClose }: TokenDialogProps) {
  const { register, handleSubmit, setError, formState } = useForm({
    resolver,
    defaultValues: { name: token.name },
  });
  const rename = useRenameToken(onClose);
  const { errors } = formState;

  const submit = handleSubmit(({ name }) =>
    rename.mutate({ id: token.id, name }, { onError: (error) => showProblem(error, ['name'], setError) }),
  );
  return (
    <Dialog title="Rename token" onClose={onClose} returnTo={returnTo}>
      <form noValidate className="contents" onSubmit={(event) => void submit(event)}>
        <DialogBody>
          <TextField
            data-first-focus
            label="Name"
            autoComplete="off"
            error={errors.name?.message ?? errors.root?.['refused']?.message}
            {...register('name')}
          />
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={rename.isPending} pendingLabel="Renaming…">
            Rename
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
