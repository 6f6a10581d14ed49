'use client';
import { Menu as MenuIcon } from 'lucide-react';
import { usePathname } from 'next/navigation';
import { useEffect } from 'react';
import { leaveOnSignOut } from '#components/api/leave-to-sign-in.ts';
import { Wordmark } from '#components/brand/logo.tsx';
import { PaletteButton } from '#components/palette/palette-button.tsx';
import { useMe } from '#components/sessions/use-me.ts';
import { buttonClass } from '#components/ui/button.tsx';
import { MenuButton } from '#components/ui/menu.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import { type DeskPage, deskPages, pagesFor } from './pages.ts';
import { UserMenu } from './user-menu.tsx';

export function Header() {
  const pathname = usePathname();
  const pages = pagesFor(deskPages, useMe().data?.permissions ?? []);
  useEffect(leaveOnSignOut, []);
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-surface">
      <div className="mx-auto flex h-13 max-w-272 items-center gap-2 px-4 md:px-6">
        <NarrowNav pages={pages} pathname={pathname} />
        <PageLink href="/dashboard" aria-label="Keyward, home" className="rounded-control md:mr-5">
          <Wordmark />
        </PageLink>
        <nav aria-label="Main" className="hidden h-full items-center gap-1 md:flex">
          {pages.map(({ href, label }) => (
            <PageLink
              key={href}
              href={href}
              aria-current={pathname === href ? 'page' : undefined}
              className="relative flex h-full items-center rounded-card px-3 text-muted transition-colors duration-120 hover:text-ink focus-visible:-outline-offset-4 aria-[current=page]:font-medium aria-[current=page]:text-ink aria-[current=page]:after:absolute aria-[current=page]:after:inset-x-3 aria-[current=page]:after:-bottom-px aria-[current=page]:after:h-0.5 aria-[current=page]:after:rounded-full aria-[current=page]:after:bg-accent-ink"
            >
              {label}
            </PageLink>
          ))}
        </nav>
        <div className="ml-auto flex h-9 items-center">
          <PaletteButton />
          <UserMenu />
        </div>
      </div>
    </header>
  );
}

function NarrowNav({ pages, pathname }: { pages: readonly DeskPage[]; pathname: string }) {
  const entries = pages.map(
    ({ href, label, icon }) => ({ kind: 'link', href, label, icon, current: pathname === href }) as const,
  );
  return (
    <MenuButton
      aria-label="Menu"
      menuLabel="Pages"
      entries={entries}
      align="start"
      className={buttonClass({ variant: 'ghost', size: 'icon', className: '-ml-2 md:hidden' })}
    >
      <MenuIcon aria-hidden />
    </MenuButton>
  );
}
