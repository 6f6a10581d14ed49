'use client';
import { Ban, Power } from 'lucide-react';
import { Failed } from '#components/api/failed.tsx';
import { hasEnded, StatusBadge } from '#components/tokens/status.tsx';
import { PanelSkeleton, TokenFacts } from '#components/tokens/token-panel.tsx';
import { Button } from '#components/ui/button.tsx';
import { SidePanel } from '#components/ui/side-panel.tsx';
import { PersonChip } from '#components/users/person-chip.tsx';
import type { AdminTokenView } from '#server/credentials/token-triage/schema.ts';
import { TokenHistory } from './token-history.tsx';
import { useAdminToken } from './use-admin-token.ts';

interface AdminTokenPanelProps {
  id: string;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
  onSwitch: (token: AdminTokenView) => void;
  onRevoke: (tokens: AdminTokenView[]) => void;
}

/** Anyone's token: whose it is, what would break without it, and what happened to it. */
export function AdminTokenPanel({ id, returnTo, onClose, onSwitch, onRevoke }: AdminTokenPanelProps) {
  const { data: token, error } = useAdminToken(id);
  return (
    <SidePanel
      title={token?.name ?? 'Token'}
      description={
        token && (
          <span className="mt-1.5 flex flex-wrap items-center gap-2">
            <StatusBadge status={token.status} />
            <code className="font-mono text-xs">{token.prefix}</code>
          </span>
        )
      }
      onClose={onClose}
      returnTo={returnTo}
      footer={
        token &&
        token.status !== 'revoked' && (
          <>
            {!hasEnded(token.status) && (
              <Button onClick={() => onSwitch(token)}>
                <Power aria-hidden />
                {token.enabled ? 'Disable' : 'Enable'}
              </Button>
            )}
            <Button variant="danger" onClick={() => onRevoke([token])}>
              <Ban aria-hidden />
              Revoke…
            </Button>
          </>
        )
      }
    >
      {!token && (error ? <Failed error={error} /> : <PanelSkeleton />)}
      {token && (
        <div className="grid gap-6">
          <PersonChip name={token.owner.name} email={token.owner.email} faded={!token.owner.active} />
          <TokenHistory id={id}>
            <TokenFacts token={token} />
          </TokenHistory>
        </div>
      )}
    </SidePanel>
  );
}
