interface FormStates<Field extends string> {
  fields: readonly Field[];
  /** What the form holds. */
  values: Record<Field, unknown>;
  /** What it began with. */
  initial: Record<Field, unknown>;
}

/** Of what a form sends the fields that were changed in it: the others would undo what someone else changed meanwhile. */
export function onlyChanged<Field extends string, Sent extends Record<Field, unknown>>(
  sent: Sent,
  { fields, values, initial }: FormStates<Field>,
): Partial<Pick<Sent, Field>> {
  const isChanged = (field: Field) => JSON.stringify(values[field]) !== JSON.stringify(initial[field]);
  const changed = fields.filter(isChanged).map((field) => [field, sent[field]] as const);
  return Object.fromEntries(changed) as Partial<Pick<Sent, Field>>;
}
