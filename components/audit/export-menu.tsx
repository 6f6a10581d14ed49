'use client';
import { Download } from 'lucide-react';
import { askToSignInAgain } from '#components/api/sign-in-again.ts';
import { toastProblem } from '#components/api/toast-problem.ts';
import { buttonClass } from '#components/ui/button.tsx';
import { MenuButton } from '#components/ui/menu.tsx';
import type { ExportFormat } from '#server/oversight/audit-log/schema.ts';
import { type AuditFilters, toInput } from './use-audit-filters.ts';

/** Asks first whether it would be given: a refusal is answered here, and only a file leads the browser away. */
async function download(filters: AuditFilters, format: ExportFormat): Promise<void> {
  const query = new URLSearchParams({ ...(toInput(filters) as Record<string, string>), format }).toString();
  const address = `/api/v1/audit/export?${query}`;
  const ask = () => fetch(address, { method: 'HEAD' });
  let answer = await ask();
  // The answer to HEAD has no body to say why.
  if (answer.status === 403 && (await askToSignInAgain())) answer = await ask();
  if (answer.ok) return window.location.assign(address);
  if (answer.status !== 403) throw new Error(`export: ${answer.status}`);
}

export function ExportMenu({ filters }: { filters: AuditFilters }) {
  const start = (format: ExportFormat) =>
    void download(filters, format).catch((error: unknown) => {
      toastProblem(error, { title: 'The export did not start' });
    });
  return (
    <MenuButton
      aria-label="Export"
      menuLabel="Export"
      entries={[
        { kind: 'action', label: 'CSV, for Excel', onSelect: () => start('excel') },
        { kind: 'action', label: 'CSV, for other spreadsheets', onSelect: () => start('csv') },
        { kind: 'action', label: 'NDJSON, for programs', onSelect: () => start('ndjson') },
      ]}
      className={buttonClass()}
    >
      <Download aria-hidden />
      Export
    </MenuButton>
  );
}
