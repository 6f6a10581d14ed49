'use client';
import { Plus } from 'lucide-react';
import { Button } from '#components/ui/button.tsx';
import { newTokenButtonId, preloadNewToken } from './use-new-token.tsx';

interface NewTokenButtonProps {
  onPress: () => void;
  /** Where the page has another main button. */
  variant?: 'primary' | 'secondary';
}

export function NewTokenButton({ onPress, variant = 'primary' }: NewTokenButtonProps) {
  return (
    <Button
      id={newTokenButtonId}
      variant={variant}
      onPointerEnter={preloadNewToken}
      onFocus={preloadNewToken}
      onClick={onPress}
    >
      <Plus aria-hidden />
      New token
    </Button>
  );
}
