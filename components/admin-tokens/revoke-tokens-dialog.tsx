'use client';
import { useState } from 'react';
import { Alert } from '#components/ui/alert.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { ReasonField } from '#components/ui/reason-field.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import { useNow } from '#components/ui/use-now.ts';
import type { AdminTokenView } from '#server/credentials/token-triage/schema.ts';
import { tokensWords, useTriageChange } from './use-triage-changes.ts';

const named = 5;

interface RevokeTokensDialogProps {
  tokens: readonly AdminTokenView[];
  returnTo: () => HTMLElement | null;
  onClose: () => void;
  onRevoked: () => void;
}

const day = 86_400_000;

/** What would notice: of one token how it was used, of several how many were used of late. */
function UseWarning({ tokens }: Pick<RevokeTokensDialogProps, 'tokens'>) {
  const now = useNow();
  const used = tokens.filter(
    ({ status, lastUsedAt }) =>
      (status === 'active' || status === 'expiring') &&
      lastUsedAt &&
      now.getTime() - Date.parse(lastUsedAt) < day,
  );
  const [first] = used;
  if (!first?.lastUsedAt) return null;
  if (tokens.length > 1)
    return (
      <Alert variant="warn">
        {used.length} of {tokens.length} were used in the last 24 hours.
      </Alert>
    );
  const { useByDay: daily } = first;
  const calls = daily.reduce((sum, count) => sum + count, 0);
  return (
    <Alert variant="warn">
      {calls.toLocaleString()} {calls === 1 ? 'call' : 'calls'} in the last 30 days
      {first.lastUsedAgent && <> by {first.lastUsedAgent}</>}, the last <TimeAgo at={first.lastUsedAt} />.
    </Alert>
  );
}

/** Asks before it ends the tokens of others, and for a reason that they will read. */
export function RevokeTokensDialog({ tokens, onRevoked, ...dialog }: RevokeTokensDialogProps) {
  const [reason, setReason] = useState('');
  const { change, isPending } = useTriageChange();
  const ids = tokens.map((token) => token.id);
  const [first] = tokens;
  const title =
    tokens.length === 1 && first ? `Revoke ${first.name}?` : `Revoke ${tokensWords(tokens.length)}?`;
  function submit() {
    const why = reason.trim();
    change({ ids, action: 'revoke', ...(why && { reason: why }) }, { onSuccess: onRevoked });
  }
  return (
    <FormDialog
      {...dialog}
      title={title}
      description={`Whatever uses ${first && tokens.length === 1 ? 'it' : 'them'} stops working with its next call. This cannot be undone.`}
      onSubmit={submit}
      submitLabel={`Revoke ${tokens.length === 1 ? 'token' : tokensWords(tokens.length)}`}
      pendingLabel="Revoking…"
      pending={isPending}
      variant="danger"
    >
      <ul className="grid gap-1 rounded-control bg-sunken px-3 py-2 text-sm">
        {tokens.slice(0, named).map((token) => (
          <li key={token.id} className="flex min-w-0 justify-between gap-3">
            <span className="truncate">{token.name}</span>
            <span className="truncate text-muted">{token.owner.email}</span>
          </li>
        ))}
        {tokens.length > named && <li className="text-muted">and {tokens.length - named} more</li>}
      </ul>
      <UseWarning tokens={tokens} />
      <ReasonField
        placeholder="Found in a public repository"
        hint="Their owners see it, and it is kept in the audit log."
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}
