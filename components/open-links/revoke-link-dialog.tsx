'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import { toast } from '#components/ui/toast.ts';
import type { LinkView } from '#server/core/one-time-codes/schema.ts';
import { issuerWords, kindWords, nameOfLink } from './link-words.ts';
import { linksKey } from './links-key.ts';

interface RevokeLinkDialogProps {
  link: LinkView;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

export function RevokeLinkDialog({ link, ...dialog }: RevokeLinkDialogProps) {
  const client = useQueryClient();
  const { label, revoked } = kindWords[link.kind];
  const revoke = useMutation(
    trpc.links.revoke.mutationOptions({
      onSuccess() {
        toast({
          title: `${label} revoked`,
          detail: `It no longer works for ${link.user.email}.`,
          about: link.id,
        });
        dialog.onClose();
        return client.invalidateQueries({ queryKey: linksKey });
      },
    }),
  );
  return (
    <FormDialog
      {...dialog}
      title={`Revoke ${nameOfLink(link)}?`}
      description={`${revoked(link.user.name)} This cannot be undone.`}
      onSubmit={() => revoke.mutate({ id: link.id })}
      submitLabel="Revoke"
      pendingLabel="Revoking…"
      pending={revoke.isPending}
      variant="danger"
      problem={revoke.error && sentenceOf(problemOf(revoke.error))}
    >
      <p className="rounded-control bg-sunken px-3 py-2 text-sm break-words text-muted">
        <TimeAgo at={link.createdAt} before="Issued" /> {issuerWords(link)}
      </p>
    </FormDialog>
  );
}
