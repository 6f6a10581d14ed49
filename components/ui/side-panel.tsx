'use client';
import type { ReactNode } from 'react';
import { lazyPart, orSayMissing } from './lazy-part.tsx';

export interface SidePanelProps {
  /** What was opened, in a word or two; it names the panel for those who cannot see it. */
  title: ReactNode;
  description?: ReactNode;
  /** Asked for by Escape, a press outside or the cross. */
  onClose: () => void;
  /** Where the focus goes afterwards; asked when it is time to go. Left out: to where it was. */
  returnTo?: (() => HTMLElement | null) | undefined;
  /** Buttons beside the cross. */
  actions?: ReactNode;
  /** Stays in sight below what scrolls. */
  footer?: ReactNode;
  children: ReactNode;
}

const [Popup, preload] = lazyPart(async () => (await import('./side-panel-popup.tsx')).SidePanelPopup);

/** For the pointer or the focus that comes near a row which opens one. */
export const preloadSidePanel = preload;

/**
 * The detail of a row, at the right; on a narrow screen it takes all of it. Open for as long as it is rendered. What is
 * open belongs into the address, by whoever renders it (`history: 'push'`), so that Back closes and a link opens it.
 */
export function SidePanel(props: SidePanelProps) {
  return <Popup {...props} onMissing={orSayMissing(props.onClose)} />;
}
