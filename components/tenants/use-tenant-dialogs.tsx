'use client';
import { useCallback, useState } from 'react';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import type { MadeLink } from '#components/users/link-dialog.tsx';
import type { TenantView } from '#server/people/tenants/schema.ts';

const [NewDialog] = lazyPart(async () => (await import('./new-tenant-dialog.tsx')).NewTenantDialog);
const [RenameDialog] = lazyPart(async () => (await import('./rename-tenant-dialog.tsx')).RenameTenantDialog);
const [AddAdminDialog] = lazyPart(async () => (await import('./add-admin-dialog.tsx')).AddAdminDialog);
const [SuspendDialog] = lazyPart(
  async () => (await import('./suspend-tenant-dialog.tsx')).SuspendTenantDialog,
);
const [DeleteDialog] = lazyPart(async () => (await import('./delete-tenant-dialog.tsx')).DeleteTenantDialog);
const [LinkDialog] = lazyPart(async () => (await import('#components/users/link-dialog.tsx')).LinkDialog);

export type TenantQuestion = 'rename' | 'add-admin' | 'suspend' | 'delete';

type Open =
  | { question: 'new' }
  | { question: TenantQuestion; tenant: TenantView }
  | { question: 'link'; link: MadeLink };

export const newTenantButtonId = 'new-tenant';

/** The one dialog about a tenant that is open. An invite is shown in a dialog of its own. */
export function useTenantDialogs() {
  const [open, setOpen] = useState<Open | null>(null);
  const ask = useCallback(
    (question: TenantQuestion, tenant: TenantView) => setOpen({ question, tenant }),
    [],
  );
  return { create: () => setOpen({ question: 'new' }), ask, dialog: open && draw(open) };

  function draw(asked: Open) {
    const close = () => setOpen(null);
    const onInvited = (link: MadeLink) => setOpen({ question: 'link', link });
    const returnTo = () =>
      document.getElementById('tenant' in asked ? `tenant-menu-${asked.tenant.id}` : newTenantButtonId);
    const dialog = { returnTo, onClose: close, onMissing: orSayMissing(close) };
    switch (asked.question) {
      case 'new':
        return <NewDialog {...dialog} onInvited={onInvited} />;
      case 'link':
        return <LinkDialog {...dialog} link={asked.link} />;
      case 'rename':
        return <RenameDialog {...dialog} tenant={asked.tenant} />;
      case 'add-admin':
        return <AddAdminDialog {...dialog} tenant={asked.tenant} onInvited={onInvited} />;
      case 'suspend':
        return <SuspendDialog {...dialog} tenant={asked.tenant} />;
      case 'delete':
        return <DeleteDialog {...dialog} tenant={asked.tenant} />;
    }
  }
}
