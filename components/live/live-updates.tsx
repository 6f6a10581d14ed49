'use client';
import { useLiveUpdates } from './use-live-updates.ts';

/** Keeps what the page shows up to date. Stands once, in the frame. */
export function LiveUpdates() {
  useLiveUpdates();
  return null;
}
