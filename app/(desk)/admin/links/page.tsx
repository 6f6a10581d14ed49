import type { Metadata } from 'next';
import { LinksView } from '#components/open-links/links-view.tsx';

export const metadata: Metadata = { title: 'Open links' };

export default function LinksPage() {
  return <LinksView />;
}
