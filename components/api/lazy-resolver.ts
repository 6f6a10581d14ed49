import type { FieldValues, Resolver } from 'react-hook-form';

/** Checks a form by its schema, which comes when it is first needed: the validator is 30 kB that no page needs at first. */
export function lazyResolver<Values extends FieldValues>(
  load: () => Promise<{ resolver: Resolver<Values> }>,
): Resolver<Values> {
  return async (values, context, options) => {
    const { resolver } = await load();
    return resolver(values, context, options);
  };
}
