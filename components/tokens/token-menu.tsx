'use client';
import { Ban, Ellipsis, PencilLine, Power, RefreshCw } from 'lucide-react';
import { useRef, useState } from 'react';
import { buttonClass } from '#components/ui/button.tsx';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import { MenuButton, type MenuEntry } from '#components/ui/menu.tsx';
import type { TokenView } from '#server/credentials/tokens/schema.ts';
import { menuId, titleId } from './token-card.tsx';
import { offersOf, type TokenRights } from './token-offers.ts';
import { useTokenSwitch } from './use-token-changes.ts';

const [RenameDialog] = lazyPart(async () => (await import('./rename-dialog.tsx')).RenameDialog);
const [RevokeDialog] = lazyPart(async () => (await import('./revoke-dialog.tsx')).RevokeDialog);

interface TokenMenuProps {
  token: TokenView;
  rights: TokenRights;
  onRotate: (token: TokenView) => void;
}

export function TokenMenu({ token, rights, onRotate }: TokenMenuProps) {
  const [asking, setAsking] = useState<'rename' | 'revoke' | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const isRevoked = useRef(false);
  const { mutate } = useTokenSwitch();

  const rotate: MenuEntry = {
    kind: 'action',
    label: 'Rotate…',
    icon: RefreshCw,
    onSelect: () => onRotate(token),
  };
  const rename: MenuEntry = {
    kind: 'action',
    label: 'Rename…',
    icon: PencilLine,
    onSelect: () => setAsking('rename'),
  };
  const onOff: MenuEntry = {
    kind: 'action',
    label: token.enabled ? 'Disable' : 'Enable',
    icon: Power,
    onSelect: () => mutate({ id: token.id, enabled: !token.enabled }),
  };
  const revoke: MenuEntry = {
    kind: 'action',
    label: 'Revoke…',
    icon: Ban,
    danger: true,
    onSelect: () => setAsking('revoke'),
  };
  const offers = offersOf(token, rights);
  const entries = [
    ...(offers.rotate ? [rotate] : []),
    ...(offers.rename ? [rename] : []),
    ...(offers.onOff ? [onOff] : []),
    ...(offers.rename ? [{ kind: 'separator' } as const] : []),
    ...(offers.revoke ? [revoke] : []),
  ];
  if (entries.length === 0) return null;

  const close = () => setAsking(null);
  // A revoked token has no menu left to return to.
  const returnTo = () => (isRevoked.current ? document.getElementById(titleId(token)) : button.current);
  const dialog = { token, returnTo, onClose: close, onMissing: orSayMissing(close) };
  function revoked() {
    isRevoked.current = true;
    close();
  }
  return (
    <>
      <MenuButton
        id={menuId(token)}
        buttonRef={button}
        aria-label={`Actions for ${token.name}`}
        menuLabel={`Actions for ${token.name}`}
        entries={entries}
        className={buttonClass({ variant: 'ghost', size: 'icon' })}
      >
        <Ellipsis aria-hidden />
      </MenuButton>
      {asking === 'rename' && <RenameDialog {...dialog} />}
      {asking === 'revoke' && <RevokeDialog {...dialog} onRevoked={revoked} />}
    </>
  );
}
