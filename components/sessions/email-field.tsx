import type { ComponentProps } from 'react';
import { TextField } from '#components/ui/field.tsx';

/** The address that someone signs in with. */
export const EmailField = (props: Omit<ComponentProps<typeof TextField>, 'label'>) => (
  <TextField
    label="E-mail"
    type="email"
    autoComplete="username"
    autoCapitalize="none"
    spellCheck={false}
    {...props}
  />
);
