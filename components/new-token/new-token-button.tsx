'use client';
import { Plus } from 'lucide-react';
import { Button } from '#components/ui/button.tsx';
import { newTokenButtonId, preloadNewToken } from './use-new-token.tsx';

export function NewTokenButton({ onPress }: { onPress: () => void }) {
  return (
    <Button
      id={newTokenButtonId}
      look="primary"
      onPointerEnter={preloadNewToken}
      onFocus={preloadNewToken}
      onClick={onPress}
    >
      <Plus aria-hidden />
      New token
    </Button>
  );
}
