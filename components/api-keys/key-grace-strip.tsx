'use client';
import { GraceStrip } from '#components/tokens/grace-strip.tsx';
import type { KeyView } from '#server/credentials/api-keys/schema.ts';
import { useEndKeyGrace } from './use-key-changes.ts';

export function KeyGraceStrip({ item, mayEnd }: { item: KeyView; mayEnd: boolean }) {
  const { mutate, isPending } = useEndKeyGrace();
  if (!item.rotation) return null;
  return (
    <GraceStrip
      graceEndsAt={item.rotation.graceEndsAt}
      onEnd={mayEnd ? () => mutate({ id: item.id }) : undefined}
      isEnding={isPending}
    />
  );
}
