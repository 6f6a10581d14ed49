'use client';
import { usePathname } from 'next/navigation';
import { useMe } from '#components/sessions/use-me.ts';
import { PageLink } from '#components/ui/page-link.tsx';
import { type NavEntry, navigation, pagesFor } from './pages.ts';

const scopesOf = ({ href, label, icon, everyone }: NavEntry) =>
  everyone
    ? [
        { href, label, icon, scope: 'Mine' },
        { ...everyone, scope: 'Everyone' },
      ]
    : [];

/** Leads from one's own to everyone's and back; nothing for those who may only see their own. */
export function ScopeSwitch() {
  const pathname = usePathname();
  const held = useMe().data?.permissions ?? [];
  const entry = navigation
    .flatMap(({ entries }) => entries)
    .find(({ href, everyone }) => everyone && [href, everyone.href].includes(pathname));
  if (!entry) return null;
  // A person on everyone's page may see it: the switch need not wait for their permissions, and move what is below it.
  const scopes = pathname === entry.everyone?.href ? scopesOf(entry) : pagesFor(scopesOf(entry), held);
  if (scopes.length < 2) return null;
  return (
    <nav
      aria-label={`Whose ${entry.label.toLowerCase()}`}
      className="flex rounded-control border border-line bg-sunken p-0.5 max-tablet:order-last max-tablet:w-full"
    >
      {scopes.map(({ href, scope }) => (
        <PageLink
          key={href}
          href={href}
          aria-current={pathname === href ? 'page' : undefined}
          className="flex-1 rounded-inset px-2.5 text-center py-0.5 text-sm leading-5.5 text-muted transition-colors duration-120 hover:text-ink current:bg-surface current:font-medium current:text-ink current:outline-1 current:outline-line"
        >
          {scope}
        </PageLink>
      ))}
    </nav>
  );
}
