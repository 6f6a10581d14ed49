import { z } from 'zod';
import { permissionSchema } from '#server/core/access/schema.ts';
import {
  type CreateTokenInput,
  ipAllowlistSchema,
  tokenLimits,
  tokenNameSchema,
} from '#server/credentials/tokens/schema.ts';
import { daysUntil } from './expiry.ts';

const mostNamed = 5;
const addressSchema = ipAllowlistSchema.element;

function checkedAddresses(text: string, context: z.core.$RefinementCtx<string>): string[] {
  const addresses = text.split(/[\s,;]+/u).filter(Boolean);
  const wrong = addresses.filter((address) => !addressSchema.safeParse(address).success);
  if (wrong.length > 0) context.addIssue(wrongWords(wrong));
  if (addresses.length > tokenLimits.allowlistEntries) {
    context.addIssue(`At most ${tokenLimits.allowlistEntries} addresses.`);
  }
  return addresses;
}

function wrongWords(wrong: readonly string[]): string {
  const named = wrong.slice(0, mostNamed).join(', ');
  const more = wrong.length - mostNamed;
  if (more > 0) return `${named} and ${more} more are not IP addresses or CIDR ranges.`;
  return wrong.length === 1
    ? `${named} is not an IP address or CIDR range.`
    : `${named} are not IP addresses or CIDR ranges.`;
}

export const addressesPart = z.object({ ipAllowlist: z.string().transform(checkedAddresses) });
export type AddressesValues = z.input<typeof addressesPart>;

export const expiryPart = z
  .object({ expiry: z.enum(['7', '30', '90', '365', 'date', 'never']), date: z.string() })
  .superRefine(({ expiry, date }, context) => {
    const fault = expiry === 'date' ? dateFault(daysUntil(date, new Date())) : null;
    if (fault) context.addIssue({ code: 'custom', path: ['date'], message: fault });
  });
export type ExpiryValues = z.input<typeof expiryPart>;

/** Days from now; null: never. */
export function daysOf({ expiry, date }: ExpiryValues): number | null {
  if (expiry === 'never') return null;
  return expiry === 'date' ? daysUntil(date, new Date()) : Number(expiry);
}

function dateFault(days: number | null): string | null {
  if (days === null) return 'Choose a date.';
  if (days < 1) return 'Choose a day after today.';
  return days > tokenLimits.maxDays ? 'At most ten years from today.' : null;
}

const scopePart = z
  .object({ scope: z.enum(['all', 'some']), permissions: z.array(permissionSchema) })
  .superRefine(({ scope, permissions }, context) => {
    if (scope === 'all' || permissions.length > 0) return;
    context.addIssue({ code: 'custom', path: ['permissions'], message: 'Choose at least one.' });
  });

/** The form as it is filled in, turned into what the server takes. Each part is checked by itself. */
export const newTokenForm = z
  .object({ name: tokenNameSchema })
  .and(addressesPart)
  .and(expiryPart)
  .and(scopePart)
  .transform(({ name, expiry, date, scope, permissions, ipAllowlist }): CreateTokenInput => ({
    name,
    expiresInDays: daysOf({ expiry, date }),
    permissions: scope === 'all' ? ['*'] : permissions,
    ipAllowlist,
  }));

export type NewTokenValues = z.input<typeof newTokenForm>;
