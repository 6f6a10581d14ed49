'use client';
import { cx } from 'class-variance-authority';
import type { ReactNode } from 'react';
import { RowButton } from '#components/ui/row.tsx';
import { Sparkline } from '#components/ui/sparkline.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import { dateWords } from '#components/ui/time-words.ts';
import { Tooltip } from '#components/ui/tooltip.tsx';
import type { TokenView } from '#server/credentials/tokens/schema.ts';
import { allWords } from './all-words.ts';
import { dailyUseWords } from './daily-use-words.ts';
import { KeyCut } from './key-cut.tsx';
import { hasEnded, StatusBadge } from './status.tsx';

export const cardShell =
  'relative flex flex-wrap items-center gap-x-3 rounded-card border border-line bg-surface py-2 pr-2 pl-3.5';

/** The columns shared by every card and by its skeleton, so that the eye can run down them. */
export const cardGrid =
  'grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)_auto_2rem] items-center gap-x-3 @2xl:grid-cols-[minmax(0,1fr)_6rem_8.5rem_9.5rem_2rem] @2xl:gap-x-4 @2xl:[&>*]:row-span-2 @4xl:grid-cols-[2.5rem_minmax(0,1fr)_6rem_6.5rem_8.5rem_10rem_2rem]';

/** Of what opens the card, and names it. */
type CardFields = Pick<
  TokenView,
  | 'id'
  | 'name'
  | 'prefix'
  | 'status'
  | 'ipAllowlist'
  | 'createdAt'
  | 'expiresAt'
  | 'lastUsedAt'
  | 'lastUsedIp'
  | 'lastUsedAgent'
  | 'revokedAt'
  | 'revokeReason'
>;
/** What a card shows of a credential. */
export type CardCredential = CardFields & {
  permissions: readonly string[];
  /** Left out where it is not known by day. */
  useByDay?: readonly number[];
};

export const titleId = (token: Pick<TokenView, 'id'>) => `token-${token.id}`;
export const menuId = (token: Pick<TokenView, 'id'>) => `token-menu-${token.id}`;

interface TokenCardProps {
  token: CardCredential;
  menu: ReactNode;
  /** Whose it is, where that is not plain: takes the place of the prefix, which goes beside the name. */
  owner?: ReactNode;
  /** A check box: stands first. */
  select?: ReactNode;
  /** Shows more of it: asked for by a press anywhere on the card. */
  onOpen: () => void;
  isOpen?: boolean;
  /** A line under all else. */
  foot?: ReactNode;
}

/** A token, as an article of a list. */
export function TokenCard({ token, menu, owner, select, onOpen, isOpen = false, foot }: TokenCardProps) {
  const ended = hasEnded(token.status);
  const prefix = <code className="shrink-0 font-mono text-xs text-muted">{token.prefix}</code>;
  return (
    <article
      aria-labelledby={titleId(token)}
      aria-current={isOpen || undefined}
      className={cx(
        cardShell,
        // Above the name's button, which lies over the whole card.
        'transition-colors duration-120 hover:border-line-strong aria-current:border-accent-ink [&_:is(button,a,label)]:relative',
      )}
    >
      {select}
      <div className={cardGrid}>
        <KeyCut
          seed={token.prefix}
          className={cx('@max-4xl:hidden', ended ? 'text-line-strong' : 'text-faint')}
        />
        <div className="flex min-w-0 flex-wrap items-baseline gap-x-3 @2xl:row-span-1! @2xl:flex-nowrap">
          <h2 title={token.name} className={cx('max-w-full truncate font-semibold', ended && 'text-muted')}>
            <RowButton id={titleId(token)} onOpen={onOpen} className="block max-w-full truncate">
              {token.name}
            </RowButton>
          </h2>
          {owner && <span className="@2xl:@max-4xl:hidden">{prefix}</span>}
        </div>
        <StatusBadge status={token.status} />
        {token.useByDay ? (
          <Sparkline
            values={token.useByDay}
            label={dailyUseWords(token.useByDay)}
            className={cx(
              'order-2 col-span-2 col-start-2 h-5 w-24 justify-self-end @2xl:@max-4xl:hidden @4xl:order-0 @4xl:col-span-1 @4xl:col-start-auto @4xl:w-full',
              ended ? 'text-line-strong' : 'text-faint',
            )}
          />
        ) : (
          <span className="@max-4xl:hidden" />
        )}
        <div className="order-1 col-start-1 flex min-w-0 flex-wrap items-center gap-x-2 text-sm @2xl:flex-nowrap text-faint @2xl:order-2 @2xl:row-span-1! @2xl:h-5 @4xl:col-start-2">
          {owner ?? prefix}
          <span className={cx('-m-1 max-w-full shrink-0 truncate p-1', owner && '@2xl:@max-4xl:hidden')}>
            <PermissionSummary token={token} />
          </span>
        </div>
        <div className="order-3 col-span-full mt-1.5 grid grid-cols-2 gap-x-3 @2xl:order-0 @2xl:contents @2xl:[&>*]:row-span-2">
          <LastUse token={token} />
          <Ends token={token} />
        </div>
        {menu}
      </div>
      {foot && <div className="mt-2 basis-full border-t border-line pt-2 pr-1.5">{foot}</div>}
    </article>
  );
}

/** A line is 20 px high and a target 24: down, since the name is right above. */
const tall = '-mb-1 pb-1';

function PermissionSummary({ token: { permissions, ipAllowlist } }: { token: CardCredential }) {
  const all = permissions[0] === '*';
  const few = permissions.length <= 2;
  const addresses = ipAllowlist.length;
  return (
    <>
      {all && (
        <Tooltip text={allWords} className={tall}>
          All permissions
        </Tooltip>
      )}
      {!all && few && permissions.join(', ')}
      {!all && !few && (
        <Tooltip text={permissions.join(', ')} className={tall}>
          {permissions.length} permissions
        </Tooltip>
      )}
      {addresses > 0 && (
        <>
          {' · '}
          <Tooltip text={ipAllowlist.join(', ')} className={tall}>
            {addresses === 1 ? '1 address' : `${addresses} addresses`}
          </Tooltip>
        </>
      )}
    </>
  );
}

function LastUse({ token: { lastUsedAt, lastUsedIp, lastUsedAgent } }: { token: CardCredential }) {
  if (!lastUsedAt) return <p className="text-sm text-faint">Never used</p>;
  return (
    <div className="min-w-0 text-sm">
      <TimeAgo
        at={lastUsedAt}
        before="Used"
        under={lastUsedIp && `from ${lastUsedIp}`}
        more={lastUsedAgent ? `By ${lastUsedAgent}` : 'It did not say what it is'}
      />
    </div>
  );
}

function Ends({ token }: { token: CardCredential }) {
  return (
    <div className={cx('min-w-0 text-sm', token.status === 'expiring' && 'text-warn')}>
      <End token={token} />
    </div>
  );
}

function End({
  token: { status, createdAt, expiresAt, revokedAt, revokeReason },
}: {
  token: CardCredential;
}) {
  const created = `Created ${dateWords(new Date(createdAt))}`;
  if (revokedAt) {
    const more = revokeReason && `Reason: ${revokeReason}`;
    return <TimeAgo at={revokedAt} before="Revoked" under={revokeReason ?? created} more={more} />;
  }
  if (expiresAt) {
    const isPast = status === 'expired';
    return <TimeAgo at={expiresAt} before={isPast ? 'Expired' : 'Expires'} ahead={!isPast} under={created} />;
  }
  return (
    <>
      <p className="text-muted">Never expires</p>
      <p className="truncate text-xs text-faint">{created}</p>
    </>
  );
}
