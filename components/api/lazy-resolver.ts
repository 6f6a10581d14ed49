import type { FieldErrors, FieldValues, Resolver } from 'react-hook-form';
import { missingPart } from '#components/ui/lazy-part.tsx';
import { toast } from '#components/ui/toast.ts';

/** An error of no field: the form is not sent. */
const unchecked: FieldErrors = { unchecked: { type: 'missing' } };

/** Checks a form by its schema, which comes when it is first needed: the validator is 30 kB that no page needs at first. */
export function lazyResolver<Values extends FieldValues>(
  load: () => Promise<{ resolver: Resolver<Values> }>,
): Resolver<Values> {
  return async (values, context, options) => {
    const checks = await load().catch(() => null);
    if (checks) return checks.resolver(values, context, options);
    toast({ ...missingPart, variant: 'error' });
    return { values: {}, errors: unchecked as FieldErrors<Values> };
  };
}
