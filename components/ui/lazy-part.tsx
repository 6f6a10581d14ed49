'use client';
import { type ComponentType, useEffect, useState } from 'react';
import { toast } from './toast.ts';

/** Said where a part of the page did not come: no network, or an upgrade has taken its file away. */
export const missingPart = { title: 'This part could not be loaded', detail: 'Try again.', about: 'missing' };

type Missing = { onMissing: () => void };

/**
 * A component whose code comes when it is first shown, or a little before by `preload`. Unlike React's own `lazy`, a
 * failure leaves the page as it is, is told by `onMissing`, and is forgotten: the next time it is asked for again.
 */
export function lazyPart<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  let Loaded: ComponentType<Props> | undefined;
  let loading: Promise<void> | undefined;

  function start(): Promise<void> {
    loading ??= load().then(
      (component) => void (Loaded = component),
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  }

  function Part({ onMissing, ...props }: Props & Missing) {
    const [Shown, show] = useState(() => Loaded);
    useEffect(() => {
      let isShown = true;
      // Also where a preload has come since it was drawn: nothing else would draw it again.
      start().then(
        () => isShown && show(() => Loaded),
        () => isShown && onMissing(),
      );
      return () => void (isShown = false);
      // Asked for once each time it is shown; a new function from the parent is no reason to ask again.
      // oxlint-disable-next-line react/exhaustive-deps
    }, []);
    return Shown ? <Shown {...(props as unknown as Props)} /> : null;
  }
  const preload = () => void start().catch(() => {});
  return [Part, preload] as const;
}

/** For parts that a press asks for: says that it did not come, and takes the press back. */
export const orSayMissing = (close: () => void) => () => {
  close();
  toast({ ...missingPart, variant: 'error' });
};
