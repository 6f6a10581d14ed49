'use client';
import { Menu as MenuIcon } from 'lucide-react';
import { useEffect } from 'react';
import { leaveOnSignOut } from '#components/api/leave-to-sign-in.ts';
import { Wordmark } from '#components/brand/logo.tsx';
import { PaletteButton } from '#components/palette/palette-button.tsx';
import { useMe } from '#components/sessions/use-me.ts';
import { buttonClass } from '#components/ui/button.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import { NavSheetButton } from './nav-sheet-button.tsx';
import { UserMenu } from './user-menu.tsx';

export function Header() {
  useEffect(leaveOnSignOut, []);
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-surface">
      <div className="mx-auto flex h-13 max-w-desk items-center gap-2 px-4 md:px-6 lg:grid lg:grid-cols-[12.5rem_minmax(0,1fr)] lg:gap-6 lg:pl-5.5">
        <NavSheetButton
          label="Menu"
          className={buttonClass({
            variant: 'ghost',
            size: 'icon',
            className: '-ml-2 max-tablet:hidden lg:hidden',
          })}
        >
          <MenuIcon aria-hidden />
        </NavSheetButton>
        <div className="flex min-w-0 items-center gap-2">
          <PageLink href="/dashboard" aria-label="Keyward, home" className="rounded-control">
            <Wordmark />
          </PageLink>
          <TenantName />
        </div>
        <div className="flex h-9 flex-1 items-center justify-end lg:justify-between">
          <PaletteButton />
          <UserMenu />
        </div>
      </div>
    </header>
  );
}

/** Named to those of another tenant than the installation's own: they share it with others. */
function TenantName() {
  const { data: me } = useMe();
  if (!me || me.tenant.slug === 'default') return null;
  return (
    <span
      title={me.tenant.name}
      className="truncate border-l border-line pl-2 text-sm text-muted max-tablet:hidden"
    >
      {me.tenant.name}
    </span>
  );
}
