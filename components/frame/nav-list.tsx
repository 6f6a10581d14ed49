'use client';
import { usePathname } from 'next/navigation';
import { useId } from 'react';
import { useMe } from '#components/sessions/use-me.ts';
import { Kbd } from '#components/ui/kbd.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import { AlertCount } from './alert-count.tsx';
import { currentFor, type NavEntry, type NavGroup, navigationFor } from './pages.ts';

const stay = () => {};

/** All that the navigation leads to, by group. `onGo` is called when one is chosen. */
export function NavList({ onGo = stay }: { onGo?: () => void }) {
  const groups = navigationFor(useMe().data?.permissions ?? []);
  return groups.map((group) => <Group key={group.label ?? ''} group={group} onGo={onGo} />);
}

function Group({ group: { label, entries }, onGo }: { group: NavGroup; onGo: () => void }) {
  const id = useId();
  const pathname = usePathname();
  return (
    <div className="not-first:mt-5">
      {label && (
        <h2 id={id} className="mb-1 px-2.5 text-xs font-medium text-faint">
          {label}
        </h2>
      )}
      <ul aria-labelledby={label && id} className="grid gap-0.5">
        {entries.map((entry) => (
          <li key={entry.href}>
            <Entry entry={entry} current={currentFor(entry, pathname)} onGo={onGo} />
          </li>
        ))}
      </ul>
    </div>
  );
}

interface EntryProps {
  entry: NavEntry;
  current: 'page' | 'true' | undefined;
  onGo: () => void;
}

function Entry({ entry: { href, label, icon: Icon, key }, current, onGo }: EntryProps) {
  return (
    <PageLink
      href={href}
      aria-current={current}
      onClick={onGo}
      className="group flex h-9 items-center gap-2.5 rounded-control px-2.5 text-muted transition-colors duration-120 hover:bg-hover hover:text-ink focus-visible:-outline-offset-2 current:bg-hover current:font-medium current:text-ink lg:h-8"
    >
      <Icon aria-hidden className="size-4 shrink-0 group-current:text-accent-ink" />
      <span className="truncate">{label}</span>
      <span className="ml-auto flex items-center">
        {href === '/dashboard' && <AlertCount />}
        {key && (
          <span className="hidden pl-2 lg:group-hover:block lg:group-focus-visible:block">
            <Kbd keys={`g ${key}`} />
          </span>
        )}
      </span>
    </PageLink>
  );
}
