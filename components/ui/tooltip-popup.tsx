'use client';
import { Tooltip } from '@base-ui/react/tooltip';
import type { RefObject } from 'react';

interface TooltipPopupProps {
  text: string;
  anchor: RefObject<HTMLElement | null>;
  onClose: () => void;
}

export function TooltipPopup({ text, anchor, onClose }: TooltipPopupProps) {
  return (
    <Tooltip.Root open onOpenChange={(open) => !open && onClose()}>
      <Tooltip.Portal container={anchor.current?.closest<HTMLElement>('main') ?? null}>
        <Tooltip.Positioner
          anchor={anchor}
          sideOffset={6}
          collisionPadding={8}
          className="pointer-events-none z-50"
        >
          <Tooltip.Popup
            role="tooltip"
            className="max-w-72 rounded-control bg-ink px-2.5 py-1.5 text-xs text-canvas transition-opacity duration-120 data-starting-style:opacity-0"
          >
            {text}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
