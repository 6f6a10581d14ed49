'use client';
import { cx } from 'class-variance-authority';
import { CircleAlert, Eye, EyeOff, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '#components/ui/button.tsx';
import { RowButton } from '#components/ui/row.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import { useNow } from '#components/ui/use-now.ts';
import type { ServerView } from '#server/gateway/mcp-servers/schema.ts';
import { type ServerActs, titleId } from './server-acts.ts';
import { ServerMenu } from './server-menu.tsx';
import { ServerStatusBadge } from './server-status.tsx';
import { healthWords, heldCount, heldWords, hiddenWords, toolCount } from './server-words.ts';

export const cardShell =
  'relative flex flex-wrap items-center gap-x-3 rounded-card border border-line bg-surface py-2 pr-2 pl-3.5';

/** The columns shared by every card and by its skeleton, so that the eye can run down them. */
export const cardGrid =
  'grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)_auto_2rem] items-center gap-x-3 @2xl:min-h-10 @2xl:grid-cols-[minmax(0,1fr)_6.5rem_8rem_10rem_2rem] @2xl:gap-x-4';

interface ServerCardProps {
  server: ServerView;
  isOpen: boolean;
  acts: ServerActs;
}

/** A tool server, as an article of a list: which one, whether it is well, what it offers, when it was looked at. */
export function ServerCard({ server, isOpen, acts }: ServerCardProps) {
  const { alias, url, enabled, trusted, tools, health } = server;
  return (
    <article
      aria-labelledby={titleId(server)}
      aria-current={isOpen || undefined}
      className={cx(
        cardShell,
        'transition-colors duration-120 hover:border-line-strong aria-current:border-accent-ink [&_:is(button,a)]:relative',
      )}
    >
      <div className={cardGrid}>
        <div className="min-w-0">
          <h2 className={cx('truncate font-semibold', !enabled && 'text-muted')}>
            <RowButton
              id={titleId(server)}
              onOpen={() => acts.onOpen(server)}
              className="block max-w-full truncate"
            >
              {alias}
            </RowButton>
          </h2>
          <p title={url} className="truncate text-sm text-faint">
            {url}
          </p>
        </div>
        <ServerStatusBadge server={server} />
        <div className="order-1 col-span-full mt-1.5 grid grid-cols-2 gap-x-3 text-sm @2xl:order-0 @2xl:contents">
          <p className="tabular-nums">
            {toolCount(tools.approved)}
            <span className="block text-xs text-faint">{trusted ? 'Trusted' : 'Approved'}</span>
          </p>
          <div className="text-sm">
            {health.checkedAt ? <TimeAgo at={health.checkedAt} before="Checked" /> : 'Not checked yet'}
          </div>
        </div>
        <ServerMenu server={server} acts={acts} />
      </div>
      <Foot server={server} acts={acts} />
    </article>
  );
}

/** The foot of a card, while there is something to do about its server. */
function Foot({ server, acts }: Pick<ServerCardProps, 'server' | 'acts'>) {
  const unwell = healthWords(server, useNow());
  const color = server.health.status === 'down' ? 'text-danger' : 'text-warn';
  return (
    <>
      {unwell && (
        <Line icon={CircleAlert} color={color} act="Test now" onAct={() => acts.onTest(server)}>
          {unwell}
        </Line>
      )}
      {heldCount(server) > 0 && (
        <Line icon={Eye} color="text-warn" act="Review" onAct={() => acts.onOpen(server)}>
          {heldWords(server)}
        </Line>
      )}
      {server.tools.hidden > 0 && (
        <Line icon={EyeOff} color="text-warn">
          {hiddenWords(server)}
        </Line>
      )}
    </>
  );
}

interface LineProps {
  icon: LucideIcon;
  color: string;
  act?: string;
  onAct?: () => void;
  children: ReactNode;
}

function Line({ icon: Icon, color, act, onAct, children }: LineProps) {
  return (
    <div className="mt-2 flex basis-full flex-wrap items-center gap-x-3 gap-y-1 border-t border-line pt-2 pr-1.5 text-sm text-muted">
      <Icon aria-hidden className={cx('size-4 shrink-0', color)} />
      <p className="min-w-0 flex-1 basis-48">{children}</p>
      {act && (
        <Button size="sm" tabIndex={-1} onClick={onAct}>
          {act}
        </Button>
      )}
    </div>
  );
}
