'use client';
import { Plus } from 'lucide-react';
import { Button } from '#components/ui/button.tsx';
import { newTokenButtonId, preloadNewToken } from './use-new-token.tsx';

interface NewTokenButtonProps {
  onPress: () => void;
  /** Where the page has another main button. */
  look?: 'primary' | 'secondary';
}

export function NewTokenButton({ onPress, look = 'primary' }: NewTokenButtonProps) {
  return (
    <Button
      id={newTokenButtonId}
      look={look}
      onPointerEnter={preloadNewToken}
      onFocus={preloadNewToken}
      onClick={onPress}
    >
      <Plus aria-hidden />
      New token
    </Button>
  );
}
