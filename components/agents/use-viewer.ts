'use client';
import { useMemo } from 'react';
import { useMe } from '#components/sessions/use-me.ts';
import type { Viewer } from './agent-rights.ts';

/** Who looks. The same object while nothing about them changes, so that rows are not drawn again. */
export function useViewer(): Viewer {
  const { data: me } = useMe();
  const userId = me?.user?.id;
  const permissions = me?.permissions;
  return useMemo(() => ({ userId, permissions: permissions ?? [] }), [userId, permissions]);
}
