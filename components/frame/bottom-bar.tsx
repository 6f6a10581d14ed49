'use client';
import { Ellipsis } from 'lucide-react';
import { usePathname } from 'next/navigation';
import { useMe } from '#components/sessions/use-me.ts';
import { PageLink } from '#components/ui/page-link.tsx';
import { AlertCount } from './alert-count.tsx';
import { NavSheetButton } from './nav-sheet-button.tsx';
import { currentFor, navigationFor } from './pages.ts';

const places = 5;
const place =
  'relative flex h-full flex-1 flex-col items-center justify-center gap-0.5 text-xs text-muted transition-colors duration-120 focus-visible:-outline-offset-2 current:font-medium current:text-accent-ink aria-expanded:text-ink [&>svg]:size-5';

/** The navigation of a phone, within the thumb's reach: all of it, or its first four and the rest behind More. */
export function BottomBar() {
  const pathname = usePathname();
  const { data: me, isPending } = useMe();
  // One that stood alone would be moved by the others.
  const entries = isPending ? [] : navigationFor(me?.permissions ?? []).flatMap((group) => group.entries);
  const fits = entries.length <= places;
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-30 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] tablet:hidden"
    >
      <div className="flex h-14">
        {entries.slice(0, fits ? places : places - 1).map((entry) => (
          <PageLink
            key={entry.href}
            href={entry.href}
            aria-current={currentFor(entry, pathname)}
            className={place}
          >
            <entry.icon aria-hidden />
            <span>{entry.label}</span>
            {entry.href === '/dashboard' && (
              <span className="absolute top-1 left-[calc(50%+0.5rem)]">
                <AlertCount />
              </span>
            )}
          </PageLink>
        ))}
        {!fits && (
          <NavSheetButton className={place}>
            <Ellipsis aria-hidden />
            <span>More</span>
          </NavSheetButton>
        )}
      </div>
    </nav>
  );
}
