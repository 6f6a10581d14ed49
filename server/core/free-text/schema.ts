import { lineSchema } from '#server/core/access/schema.ts';
import { findSecretTexts } from '#server/core/secrets/schema.ts';

/** A line that a person typed, and that is kept and shown to others: in the audit log a secret could not be taken away again. */
export const secretFreeLine = (max: number, empty?: string) =>
  lineSchema(max, empty).refine(
    (text) => findSecretTexts(text).length === 0,
    'There is a secret in it. Write it without.',
  );
