'use client';
import { KeyRound, Mail, ShieldUser, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '#components/ui/button.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import type { AccountView } from '#server/people/account/schema.ts';
import { useLink, useUnlink } from './use-account.ts';

export function WayList({ account }: { account: AccountView }) {
  const { ways, issuerName, identities, openWays } = account;
  const link = useLink();
  const unlink = useUnlink();
  return (
    <ul className="grid gap-4">
      {openWays.includes('password') && (
        <Way icon={KeyRound} name="Password">
          {ways.includes('password') ? 'Set' : 'Not set: give yourself one above.'}
        </Way>
      )}
      {ways.includes('magic') && (
        <Way icon={Mail} name="Link by e-mail">
          Mailed to {account.user.email} when you ask for it on the sign-in page.
        </Way>
      )}
      {identities.map(({ id, issuer, email, linkedAt }) => (
        <Way
          key={id}
          icon={ShieldUser}
          name={issuerName ?? new URL(issuer).host}
          action={
            <Button
              size="sm"
              pending={unlink.isPending}
              pendingLabel="Unlinking…"
              onClick={() => unlink.mutate({ id })}
            >
              Unlink
            </Button>
          }
        >
          {email && <span className="break-words">{email} · </span>}
          <TimeAgo at={linkedAt} before="linked" />
        </Way>
      ))}
      {issuerName && identities.length === 0 && (
        <Way
          icon={ShieldUser}
          name={issuerName}
          action={
            <Button
              size="sm"
              pending={link.isPending || link.isSuccess}
              pendingLabel="Linking…"
              onClick={() => link.mutate()}
            >
              Link
            </Button>
          }
        >
          Not linked yet.
        </Way>
      )}
    </ul>
  );
}

interface WayProps {
  icon: LucideIcon;
  name: string;
  action?: ReactNode;
  children: ReactNode;
}

function Way({ icon: Icon, name, action, children }: WayProps) {
  return (
    <li className="flex items-start gap-3">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-faint" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{name}</p>
        <p className="text-sm text-muted">{children}</p>
      </div>
      {action}
    </li>
  );
}
