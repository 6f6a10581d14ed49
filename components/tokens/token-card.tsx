'use client';
import { cx } from 'class-variance-authority';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import { dateWords } from '#components/ui/time-words.ts';
import { Tip } from '#components/ui/tip.tsx';
import type { TokenView } from '#server/tokens/schema.ts';
import { KeyCut } from './key-cut.tsx';
import { hasEnded, StatusPill } from './status.tsx';
import { titleId, TokenMenu, type TokenRights } from './token-menu.tsx';

/** The columns shared by every card and by its skeleton, so that the eye can run down them. */
export const cardGrid =
  'grid grid-cols-[minmax(0,1fr)_auto_2rem] items-center gap-x-3 rounded-card border border-line bg-surface py-2 pr-2 pl-3.5 md:grid-cols-[minmax(0,1fr)_6.5rem_9.5rem_9.5rem_2rem] md:gap-x-4 md:[&>*]:row-span-2 lg:grid-cols-[2.5rem_minmax(0,1fr)_6.5rem_9.5rem_9.5rem_2rem]';

export function TokenCard({ token, rights }: { token: TokenView; rights: TokenRights }) {
  const ended = hasEnded(token.status);
  return (
    <li>
      <article aria-labelledby={titleId(token)} className={cardGrid}>
        <KeyCut
          seed={token.prefix}
          className={cx('max-lg:hidden', ended ? 'text-line-strong' : 'text-faint')}
        />
        <h2
          id={titleId(token)}
          tabIndex={-1}
          title={token.name}
          className={cx('truncate font-semibold md:row-span-1!', ended && 'text-muted')}
        >
          {token.name}
        </h2>
        <StatusPill status={token.status} />
        <p className="order-1 col-span-full flex min-w-0 items-baseline gap-2 text-sm text-faint md:order-2 md:col-span-1 md:col-start-1 md:row-span-1! lg:col-start-2">
          <code className="font-mono text-xs text-muted">{token.prefix}</code>
          <span className="-m-1 truncate p-1">
            <PermissionSummary token={token} />
          </span>
        </p>
        <div className="order-2 col-span-full mt-1.5 grid grid-cols-2 gap-x-3 md:order-0 md:contents md:[&>*]:row-span-2">
          <LastUse token={token} />
          <Ends token={token} />
        </div>
        <TokenMenu token={token} rights={rights} />
      </article>
    </li>
  );
}

function PermissionSummary({ token: { permissions, ipAllowlist } }: { token: TokenView }) {
  const all = permissions[0] === '*';
  const few = permissions.length <= 2;
  const addresses = ipAllowlist.length;
  return (
    <>
      {all && 'All permissions'}
      {!all && few && permissions.join(', ')}
      {!all && !few && <Tip text={permissions.join(', ')}>{permissions.length} permissions</Tip>}
      {addresses > 0 && (
        <>
          {' · '}
          <Tip text={ipAllowlist.join(', ')}>{addresses === 1 ? '1 address' : `${addresses} addresses`}</Tip>
        </>
      )}
    </>
  );
}

function LastUse({ token }: { token: TokenView }) {
  if (!token.lastUsedAt) return <p className="text-sm text-faint">Never used</p>;
  return (
    <div className="min-w-0 text-sm">
      <TimeAgo at={token.lastUsedAt} before="Used" />
      <p className="truncate text-xs text-faint">{token.lastUsedIp && `from ${token.lastUsedIp}`}</p>
    </div>
  );
}

function Ends({ token }: { token: TokenView }) {
  return (
    <div className="min-w-0 text-sm">
      <End token={token} />
      {token.revokeReason ? (
        <Tip text={`Reason: ${token.revokeReason}`} className="block max-w-full truncate text-xs text-faint">
          {token.revokeReason}
        </Tip>
      ) : (
        <p className="truncate text-xs text-faint">Created {dateWords(new Date(token.createdAt))}</p>
      )}
    </div>
  );
}

function End({ token: { status, revokedAt, expiresAt } }: { token: TokenView }) {
  if (revokedAt) {
    return <TimeAgo at={revokedAt} before="Revoked" />;
  }
  if (!expiresAt) return <p className="text-muted">Never expires</p>;
  return (
    <span className={status === 'expiring' ? 'text-warn' : undefined}>
      <TimeAgo
        at={expiresAt}
        before={status === 'expired' ? 'Expired' : 'Expires'}
        ahead={status !== 'expired'}
      />
    </span>
  );
}
