import type { Metadata } from 'next';
import { DeadEnd } from '#components/frame/dead-end.tsx';

export const metadata: Metadata = { title: 'Page not found' };

export default function NotFound() {
  return (
    <DeadEnd title="There is no such page" lead="The address may be mistyped, or the page may have moved." />
  );
}
