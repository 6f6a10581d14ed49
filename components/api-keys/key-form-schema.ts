import type { z } from 'zod';
import { daysFrom } from '#components/new-token/expiry.ts';
import { addressesPart, daysOf, expiryPart, type ExpiryValues } from '#components/new-token/form-schema.ts';
import { reachPart } from '#components/resources/reach-schema.ts';
import { type CreateKeyInput, createKeyInput } from '#server/credentials/api-keys/schema.ts';

const plainPart = createKeyInput.pick({ name: true, permissions: true });

function endOf(values: ExpiryValues): string | null {
  const days = daysOf(values);
  return days === null ? null : daysFrom(new Date(), days).toISOString();
}

/** The form as it is filled in, turned into what the server takes. Each part is checked by itself. */
export const keyForm = plainPart
  .and(reachPart)
  .and(addressesPart)
  .and(expiryPart)
  .transform(({ expiry, date, ...rest }): CreateKeyInput => ({
    ...rest,
    expiresAt: endOf({ expiry, date }),
  }));

export type KeyValues = z.input<typeof keyForm>;
