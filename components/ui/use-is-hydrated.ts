'use client';
import { useSyncExternalStore } from 'react';

const never = () => () => {};

/** Whether the page answers presses yet. Until its script is there, the browser would act in its stead. */
export const useIsHydrated = () =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
