'use client';
import {
  Ban,
  CircleCheck,
  CirclePause,
  Ellipsis,
  MailPlus,
  PencilLine,
  Power,
  RotateCcw,
  Trash2,
} from 'lucide-react';
import { Badge, type BadgeVariant } from '#components/ui/badge.tsx';
import { buttonClass } from '#components/ui/button.tsx';
import { MenuButton, type MenuEntry } from '#components/ui/menu.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import type { TenantStatus, TenantView } from '#server/people/tenants/schema.ts';
import type { TenantQuestion } from './use-tenant-dialogs.tsx';

/** The columns shared by every row and by its skeleton, so that the eye can run down them. */
const rowGrid =
  'grid min-h-14 grid-cols-[minmax(0,1fr)_auto_2rem] items-center gap-x-3 gap-y-1.5 rounded-card border border-line bg-surface py-2 pr-2 pl-3.5 @2xl:grid-cols-[minmax(0,1fr)_6.5rem_12rem_8.5rem_2rem] @2xl:gap-x-4';

const marks: Record<TenantStatus, { variant: BadgeVariant; icon: typeof Ban; words: string }> = {
  active: { variant: 'ok', icon: CircleCheck, words: 'Active' },
  suspended: { variant: 'idle', icon: CirclePause, words: 'Suspended' },
  deleted: { variant: 'danger', icon: Ban, words: 'Deleted' },
  purged: { variant: 'idle', icon: Ban, words: 'Erased' },
};

export interface TenantActs {
  onAsk: (question: TenantQuestion, tenant: TenantView) => void;
  onResume: (tenant: TenantView) => void;
  onRestore: (tenant: TenantView) => void;
}

const plain = (count: number, one: string) =>
  `${count.toLocaleString('en-GB')} ${one}${count === 1 ? '' : 's'}`;

export function TenantRow({ tenant, acts }: { tenant: TenantView; acts: TenantActs }) {
  const { name, slug, status, counts, createdAt, suspendReason, purgeAt } = tenant;
  const { variant, icon, words } = marks[status];
  return (
    <article aria-label={name} className={rowGrid}>
      <div className="min-w-0">
        <h2 id={`tenant-${tenant.id}`} tabIndex={-1} title={name} className="truncate font-semibold">
          {name}
        </h2>
        <p className="truncate text-sm text-muted">
          <code className="font-mono text-xs">{slug}</code>
          {suspendReason && ` · ${suspendReason}`}
        </p>
      </div>
      <Badge variant={variant} icon={icon}>
        {words}
      </Badge>
      <p className="order-1 col-span-full text-sm text-muted @2xl:order-none @2xl:col-span-1">
        {plain(counts.users, 'user')}, {plain(counts.tokens, 'token')}, {plain(counts.keys, 'key')},{' '}
        {plain(counts.agents, 'agent')}
      </p>
      <div className="order-1 col-span-full text-sm @2xl:order-none @2xl:col-span-1">
        {purgeAt ? (
          <TimeAgo at={purgeAt} before="Erased" ahead />
        ) : (
          <TimeAgo at={createdAt} before="Created" />
        )}
      </div>
      <TenantMenu tenant={tenant} acts={acts} />
    </article>
  );
}

function TenantMenu({ tenant, acts }: { tenant: TenantView; acts: TenantActs }) {
  const { id, name, slug, status } = tenant;
  const ask = (label: string, icon: typeof Ban, question: TenantQuestion): MenuEntry => ({
    kind: 'action',
    label,
    icon,
    onSelect: () => acts.onAsk(question, tenant),
  });
  const resume: MenuEntry = {
    kind: 'action',
    label: 'Resume',
    icon: Power,
    onSelect: () => acts.onResume(tenant),
  };
  const restore: MenuEntry = {
    kind: 'action',
    label: 'Restore',
    icon: RotateCcw,
    onSelect: () => acts.onRestore(tenant),
  };
  if (status === 'purged') return <span />;
  const change = [
    ask('Rename…', PencilLine, 'rename'),
    ...(status === 'active' ? [ask('Add an admin…', MailPlus, 'add-admin')] : []),
  ];
  // The tenant of the platform's own admins stays.
  const end: MenuEntry[] = [
    status === 'suspended' ? resume : ask('Suspend…', CirclePause, 'suspend'),
    { kind: 'separator' },
    { ...ask('Delete…', Trash2, 'delete'), danger: true } as MenuEntry,
  ];
  return (
    <MenuButton
      isRowStop
      id={`tenant-menu-${id}`}
      aria-label={`Actions for ${name}`}
      menuLabel={`Actions for ${name}`}
      entries={status === 'deleted' ? [restore] : [...change, ...(slug === 'default' ? [] : end)]}
      className={buttonClass({ variant: 'ghost', size: 'icon' })}
    >
      <Ellipsis aria-hidden />
    </MenuButton>
  );
}

/** As high as the rows that will stand in its place. */
export function TenantListSkeleton() {
  return (
    <div role="status" aria-label="Loading tenants" className="grid gap-1.5">
      {['w-40', 'w-28', 'w-36'].map((width) => (
        <div key={width} className={rowGrid}>
          <Skeleton className={`h-3.5 max-w-full ${width}`} />
        </div>
      ))}
    </div>
  );
}
