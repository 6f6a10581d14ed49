import { z } from 'zod';
import type { KeysetPosition, SortKey } from '#db/keyset.ts';
import { idSchema, timestampSchema } from '#server/core/access/schema.ts';
import { invalid } from '#server/errors.ts';

/** A list that is read in pages, as its cursors name it. */
export interface PagedList {
  name: string;
  /** Whose it is: the id of a tenant or a user. */
  scope: string;
  sort: string;
  order: 'asc' | 'desc';
  key: SortKey['type'];
  /** Left out: a UUID. */
  id?: 'number';
}

const version = 1;
const keyForms = {
  text: z.string().refine((text) => !text.includes('\0') && text.isWellFormed()),
  timestamptz: z.union([
    z.literal(['infinity', '-infinity']),
    timestampSchema.and(z.iso.datetime({ precision: 6 })),
  ]),
};
const numberForm = z.string().regex(/^\d{1,16}$/);

/** A place as callers carry it. It says nothing that its page did not, and opens nothing: it is a place to go on from. */
export function writeCursor(list: PagedList, { key, id }: KeysetPosition): string {
  return Buffer.from(JSON.stringify([version, titleOf(list), list.scope, key, id])).toString('base64url');
}

/** Where the page before ended. Throws `validation_failed` for what is not a cursor of this list in this order. */
export function readCursor(list: PagedList, cursor: string | undefined): KeysetPosition | undefined {
  if (cursor === undefined) return undefined;
  const id = list.id === 'number' ? numberForm : idSchema;
  const form = z.tuple([
    z.literal(version),
    z.literal(titleOf(list)),
    z.literal(list.scope),
    keyForms[list.key],
    id,
  ]);
  const parsed = form.safeParse(readJson(cursor));
  if (!parsed.success) throw foreignCursor();
  const place = { key: parsed.data[3], id: parsed.data[4] };
  if (writeCursor(list, place) !== cursor) throw foreignCursor();
  return place;
}

/** Of rows that were read with one more than a page holds: the page, and where the next one begins, if there is one. */
export function toPage<Row extends { place: KeysetPosition }>(
  list: PagedList,
  rows: Row[],
  limit: number,
): { rows: Row[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { rows: page, nextCursor: last ? writeCursor(list, last.place) : null };
}

const titleOf = ({ name, sort, order }: PagedList) => `${name} ${sort} ${order}`;

function readJson(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

const foreignCursor = () =>
  invalid(
    'cursor',
    'This cursor does not belong to this list in this order. Start again from the first page.',
  );
