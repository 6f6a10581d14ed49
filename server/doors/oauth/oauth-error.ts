export type Form = Map<string, string>;

/** What RFC 6749, section 5.2, and its extensions let an error be called. */
export class OauthError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A field of a form. One without a value counts as left out. Throws `invalid_request`. */
export function need(form: Form, name: string): string {
  const value = form.get(name);
  if (!value) throw new OauthError('invalid_request', `${name}: this is needed.`);
  return value;
}
