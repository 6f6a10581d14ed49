'use client';
import type { TokenView } from '#server/credentials/tokens/schema.ts';
import { GraceStrip } from './grace-strip.tsx';
import { useEndGrace } from './use-token-changes.ts';

export function TokenGraceStrip({ token, mayEnd }: { token: TokenView; mayEnd: boolean }) {
  const { mutate, isPending } = useEndGrace();
  if (!token.rotation) return null;
  return (
    <GraceStrip
      graceEndsAt={token.rotation.graceEndsAt}
      isEnding={isPending}
      onEnd={mayEnd ? () => mutate({ id: token.id }) : undefined}
    />
  );
}
