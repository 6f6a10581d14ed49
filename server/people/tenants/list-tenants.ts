import type { PersonCtx } from '#server/core/access/context.ts';
import { readCursor, toPage } from '#server/core/paging/cursor.ts';
import { listTenantRows } from '#server/people/tenants/queries.ts';
import type { ListTenantsInput, TenantPageView } from '#server/people/tenants/schema.ts';
import { toTenantView } from '#server/people/tenants/view.ts';

/** A page of all tenants, by their short names. Throws `validation_failed` for a cursor of somewhere else. */
export async function listTenants(
  { runtime, principal }: PersonCtx,
  input: ListTenantsInput,
): Promise<TenantPageView> {
  const list = {
    name: 'tenants',
    scope: principal.tenantId,
    sort: 'slug',
    order: 'asc',
    key: 'text',
  } as const;
  const rows = await listTenantRows(runtime.db, input, readCursor(list, input.cursor));
  const page = toPage(list, rows, input.limit);
  return { items: page.rows.map(toTenantView), nextCursor: page.nextCursor };
}
