'use client';
import { useQuery } from '@tanstack/react-query';
import { ArrowLeft } from 'lucide-react';
import { buttonClass } from '#components/ui/button.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import { visitorQuery } from './install-queries.ts';

/** To the desk for whoever is signed in, to the door for the others. */
export function WayBack() {
  const visitor = useQuery(visitorQuery).data;
  if (!visitor) return null;
  const { href, words } = visitor.isSignedIn
    ? { href: '/dashboard', words: 'Home' }
    : { href: '/login', words: 'Sign in' };
  return (
    <PageLink href={href} className={buttonClass({ variant: 'ghost', className: '-mr-3' })}>
      <ArrowLeft aria-hidden />
      {words}
    </PageLink>
  );
}
