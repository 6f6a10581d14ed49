import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query';

type Pages<Row> = InfiniteData<{ items: Row[] }, string | null>;

/** Shows a row as it is known to be now, in every list under a key, before that list is fetched again. */
export function replaceRow<Row extends { id: string }>(
  client: QueryClient,
  queryKey: QueryKey,
  change: Partial<Row> & { id: string },
) {
  client.setQueriesData<Pages<Row>>(
    { queryKey },
    (list) =>
      list && {
        ...list,
        pages: list.pages.map((page) => ({
          ...page,
          items: page.items.map((row) => (row.id === change.id ? { ...row, ...change } : row)),
        })),
      },
  );
}
