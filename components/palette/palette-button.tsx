'use client';
import { Search } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { deskPages, pagesFor } from '#components/frame/pages.ts';
import { useNewToken } from '#components/new-token/use-new-token.tsx';
import { useMe } from '#components/sessions/use-me.ts';
import { buttonClass } from '#components/ui/button.tsx';
import { Kbd } from '#components/ui/kbd.tsx';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import { useCommandKey } from './platform.ts';
import { useKeys } from './use-keys.ts';

const [Palette, preload] = lazyPart(async () => (await import('./palette.tsx')).Palette);
const [ShortcutsDialog] = lazyPart(async () => (await import('./shortcuts-dialog.tsx')).ShortcutsDialog);

/** The quiet way in to everything: what one searches here is pages, people, tokens and acts. */
export function PaletteButton() {
  const router = useRouter();
  const { data: me } = useMe();
  const commandKey = useCommandKey();
  const newToken = useNewToken();
  const [open, setOpen] = useState<'palette' | 'keys' | null>(null);
  const pages = pagesFor(deskPages, me?.permissions ?? []);
  const close = () => setOpen(null);

  useKeys({
    onPalette: () => me?.user && setOpen('palette'),
    onSheet: () => setOpen('keys'),
    onGo(key) {
      const page = pages.find((page) => page.key === key);
      if (page) router.push(page.href);
    },
  });

  return (
    <>
      <button
        type="button"
        aria-keyshortcuts="Control+K Meta+K"
        aria-haspopup="dialog"
        disabled={!me?.user}
        onPointerEnter={preload}
        onFocus={preload}
        onClick={() => setOpen('palette')}
        className={buttonClass({
          variant: 'ghost',
          className:
            'mr-2 px-2! font-normal! text-faint! hover:text-ink! disabled:opacity-100! lg:w-80 lg:justify-start! lg:border-line! lg:bg-canvas!',
        })}
      >
        <Search aria-hidden />
        <span className="max-lg:sr-only lg:flex-1 lg:text-left">Search or run a command</span>
        <Kbd keys={`${commandKey} K`} />
      </button>
      {open === 'palette' && me?.user && (
        <Palette
          user={me.user}
          permissions={me.permissions}
          pages={pages}
          onNewToken={newToken.open}
          onKeys={() => setOpen('keys')}
          onClose={close}
          onMissing={orSayMissing(close)}
        />
      )}
      {open === 'keys' && (
        <ShortcutsDialog
          pages={pages}
          commandKey={commandKey}
          onClose={close}
          onMissing={orSayMissing(close)}
        />
      )}
      {newToken.dialog}
    </>
  );
}
