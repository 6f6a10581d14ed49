'use client';
import { CircleCheck, Clock, History, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { PageLink } from '#components/ui/page-link.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { agoWords } from '#components/ui/time-words.ts';
import { useNow } from '#components/ui/use-now.ts';
import { soonDays } from '#server/core/secrets/schema.ts';
import type { TokenPageView } from '#server/credentials/tokens/schema.ts';

const grid = 'grid gap-3 sm:grid-cols-3';

export function TokenTiles({ page: { counts, items } }: { page: TokenPageView }) {
  const now = useNow();
  const last = items.find((token) => token.lastUsedAt);
  return (
    <div className={grid}>
      <Tile
        href="/tokens?status=active"
        icon={CircleCheck}
        tone="text-ok"
        label="Active"
        value={counts.active}
      >
        {counts.total === 0 ? 'None yet' : `Of ${counts.total} in all`}
      </Tile>
      <Tile
        href="/tokens?status=expiring"
        icon={Clock}
        tone={counts.expiring > 0 ? 'text-warn' : 'text-faint'}
        label="Expiring soon"
        value={counts.expiring}
      >
        {counts.expiring > 0 ? `Within ${soonDays} days` : `None within ${soonDays} days`}
      </Tile>
      <Tile
        href="/tokens?sort=used"
        icon={History}
        tone="text-faint"
        label="Last used"
        value={last?.lastUsedAt ? sentenceCase(agoWords(new Date(last.lastUsedAt), now)) : 'Never'}
      >
        {last?.name ?? 'No token was used yet'}
      </Tile>
    </div>
  );
}

const sentenceCase = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

interface TileProps {
  href: string;
  icon: LucideIcon;
  tone: string;
  label: string;
  value: ReactNode;
  children: ReactNode;
}

function Tile({ href, icon: Icon, tone, label, value, children }: TileProps) {
  return (
    <PageLink
      href={href}
      className="grid gap-1 rounded-card border border-line bg-surface px-4 py-3.5 transition-colors duration-120 hover:border-line-strong hover:bg-hover"
    >
      <span className="flex items-center gap-2 text-sm text-muted">
        <Icon aria-hidden className={`size-4 ${tone}`} />
        {label}
      </span>
      <span className="truncate text-xl font-semibold">{value}</span>
      <span className="truncate text-sm text-faint">{children}</span>
    </PageLink>
  );
}

export function TokenTilesSkeleton() {
  return (
    <div role="status" aria-label="Loading tokens" className={grid}>
      {['active', 'expiring', 'used'].map((tile) => (
        <div
          key={tile}
          className="grid h-27.5 content-between rounded-card border border-line bg-surface px-4 py-4"
        >
          <Skeleton className="h-3.5 w-24" />
          <Skeleton className="h-6 w-16" />
          <Skeleton className="h-3.5 w-36 max-w-full" />
        </div>
      ))}
    </div>
  );
}
