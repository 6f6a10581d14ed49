import type * as original from '#server/people/users/accept-password.ts';
import { assertUncommonPassword, hashPassword } from '#server/people/users/password.ts';

export const hashNewPassword: typeof original.hashNewPassword = (_, { password, email, field }) => {
  assertUncommonPassword(password, email, field);
  return hashPassword(password);
};
