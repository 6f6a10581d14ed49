'use client';
import { useMutation } from '@tanstack/react-query';
import { trpc } from '#components/api/trpc.ts';
import { inputDate } from '#components/new-token/expiry.ts';
import { toReach } from '#components/resources/reach-schema.ts';
import { toast } from '#components/ui/toast.ts';
import type { KeyView } from '#server/credentials/api-keys/schema.ts';
import type { KeyValues } from './key-form-schema.ts';
import { KeyForm, type SentKey } from './key-form.tsx';
import { useRefreshKeys } from './use-key-changes.ts';

export interface KeyDialogProps {
  item: KeyView;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

/** A key's name, permissions, resources, addresses and end. Widening it needs a fresh sign-in, which the server asks for. */
export function EditKeyDialog({ item, returnTo, onClose }: KeyDialogProps) {
  const refresh = useRefreshKeys();
  const update = useMutation(
    trpc.keys.update.mutationOptions({
      onSuccess({ id, name }) {
        toast({ title: `${name} was changed`, detail: 'It counts from its next request.', about: id });
        onClose();
        return refresh();
      },
    }),
  );
  const values = toValues(item);
  function send({ changed, showRefused }: SentKey) {
    update.mutate({ id: item.id, ...changed }, { onError: showRefused });
  }
  return (
    <KeyForm
      title={`Edit ${item.name}`}
      description="What it may do from its next request on."
      submitLabel="Save"
      pendingLabel="Saving…"
      discardTitle="Discard these changes?"
      defaultValues={values}
      pending={update.isPending}
      onSend={send}
      returnTo={returnTo}
      onClose={onClose}
    />
  );
}

function toValues({ name, permissions, resources, ipAllowlist, expiresAt }: KeyView): KeyValues {
  return {
    name,
    permissions,
    resources: toReach(resources),
    ipAllowlist: ipAllowlist.join('\n'),
    expiry: expiresAt ? 'date' : 'never',
    date: expiresAt ? inputDate(new Date(expiresAt)) : '',
  };
}
