'use client';
import { ChevronDown } from 'lucide-react';
import { useMe } from '#components/sessions/use-me.ts';
import { Avatar } from '#components/ui/avatar.tsx';
import { lazyPart } from '#components/ui/lazy-part.tsx';
import { MenuTrigger } from '#components/ui/menu.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';

const [UserMenuPopup, preload] = lazyPart(async () => (await import('./user-menu-popup.tsx')).UserMenuPopup);

export function UserMenu() {
  const { data: me } = useMe();
  const user = me?.user;
  if (!user) return <Skeleton className="mr-5 ml-1 size-7 rounded-full!" />;
  return (
    <MenuTrigger
      aria-label={`Account of ${user.name}`}
      onNear={preload}
      Menu={UserMenuPopup}
      menuProps={{ user, permissions: me.permissions }}
      className="group -mr-1 flex items-center gap-1 rounded-full p-1 text-faint transition-colors duration-120 hover:bg-hover hover:text-ink aria-expanded:bg-hover"
    >
      <Avatar name={user.name} />
      <ChevronDown
        aria-hidden
        className="size-4 transition-transform duration-150 ease-out group-aria-expanded:rotate-180"
      />
    </MenuTrigger>
  );
}
