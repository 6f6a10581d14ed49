'use client';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import type { ComponentProps } from 'react';
import { useRowPart } from './row.tsx';

type PageLinkProps = Omit<ComponentProps<typeof Link>, 'href' | 'prefetch'> & { href: string };

/**
 * A link to a page of ours, which is fetched when the pointer or the focus comes near. Next would fetch the page behind
 * each link in view: with every first load the scripts of all the others.
 */
export function PageLink({ onPointerEnter, onFocus, ...link }: PageLinkProps) {
  const router = useRouter();
  const fetchPage = () => router.prefetch(link.href);
  return (
    <Link
      {...useRowPart()}
      {...link}
      prefetch={false}
      onPointerEnter={(event) => {
        fetchPage();
        onPointerEnter?.(event);
      }}
      onFocus={(event) => {
        fetchPage();
        onFocus?.(event);
      }}
    />
  );
}
