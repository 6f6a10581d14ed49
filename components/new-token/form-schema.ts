import { z } from 'zod';
import { permissionSchema } from '#server/access/schema.ts';
import {
  type CreateTokenInput,
  ipAllowlistSchema,
  tokenLimits,
  tokenNameSchema,
} from '#server/tokens/schema.ts';
import { daysUntil } from './expiry.ts';

const addressSchema = ipAllowlistSchema.element;

function checkedAddresses(text: string, context: z.core.$RefinementCtx<string>): string[] {
  const addresses = text.split(/[\s,;]+/u).filter(Boolean);
  const wrong = addresses.find((address) => !addressSchema.safeParse(address).success);
  if (wrong) context.addIssue(`${wrong} is not an IP address or CIDR range.`);
  if (addresses.length > tokenLimits.allowlistEntries) {
    context.addIssue(`At most ${tokenLimits.allowlistEntries} addresses.`);
  }
  return addresses;
}

/** The form as it is filled in, turned into what the server takes. */
export const newTokenForm = z
  .object({
    name: tokenNameSchema,
    expiry: z.enum(['7', '30', '90', '365', 'date', 'never']),
    date: z.string(),
    scope: z.enum(['all', 'some']),
    permissions: z.array(permissionSchema),
    ipAllowlist: z.string().transform(checkedAddresses),
  })
  .superRefine(({ expiry, date, scope, permissions }, context) => {
    if (expiry === 'date') {
      const days = daysUntil(date, new Date());
      if (days === null) context.addIssue({ code: 'custom', path: ['date'], message: 'Choose a date.' });
      else if (days < 1)
        context.addIssue({ code: 'custom', path: ['date'], message: 'Choose a day after today.' });
      else if (days > tokenLimits.maxDays)
        context.addIssue({ code: 'custom', path: ['date'], message: 'At most ten years from today.' });
    }
    if (scope === 'some' && permissions.length === 0) {
      context.addIssue({ code: 'custom', path: ['permissions'], message: 'Choose at least one.' });
    }
  })
  .transform(({ name, expiry, date, scope, permissions, ipAllowlist }): CreateTokenInput => ({
    name,
    expiresInDays:
      expiry === 'never' ? null : expiry === 'date' ? daysUntil(date, new Date()) : Number(expiry),
    permissions: scope === 'all' ? ['*'] : permissions,
    ipAllowlist,
  }));

export type NewTokenValues = z.input<typeof newTokenForm>;
