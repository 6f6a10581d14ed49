import { z } from 'zod';
export const passwordLength = { min: 8, suggested: 15, max: 256 } as const;

export const emailSchema = z
  .string()
  .trim()
  .min(1, 'Enter your e-mail address.')
  .max(254, 'At most 254 characters.')
  // The browsers' own rule, so that no form lets through what is refused here.
  .pipe(z.email({ pattern: z.regexes.html5Email, error: ({ input }) => whyNoEmail(String(input)) }))
  .meta({ example: 'ada@example.com' });

const whyNoEmail = (text: string) =>
  /[^\x20-\x7e]/.test(text)
    ? 'Only letters of the English alphabet can be taken in an address; a domain with others has a form that begins with xn--.'
    : 'This is not an e-mail address.';

/** An address as it is compared: all its spellings, in any case and Unicode form, are one. */
export function canonicalEmail(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase();
}

/** How long a password is: in characters of the form that it is hashed in, however it was typed. */
export const lengthOfPassword = (password: string) => Array.from(password.normalize('NFKC')).length;

/** As it is typed: no more code units than may become that many characters. */
const typedPassword = z
  .string()
  .max(passwordLength.max * 4, `At most ${passwordLength.max} characters.`)
  .normalize('NFKC')
  .refine(
    (password) => lengthOfPassword(password) <= passwordLength.max,
    `At most ${passwordLength.max} characters.`,
  );

/** One that is to be checked. */
export const passwordSchema = typedPassword
  .refine((password) => password !== '', 'Enter your password.')
  .meta({ example: 'a long phrase nobody else uses' });

/** One that is to be set. */
export const newPasswordSchema = typedPassword
  .refine(
    (password) => lengthOfPassword(password) >= passwordLength.min,
    `At least ${passwordLength.min} characters.`,
  )
  .meta({
    description: `${passwordLength.min} to ${passwordLength.max} characters.`,
    example: 'a long phrase nobody else uses',
  });
