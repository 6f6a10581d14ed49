'use client';
import { Mail } from 'lucide-react';
import { useForm } from 'react-hook-form';
import { Button } from '#components/ui/button.tsx';
import { EmailField } from './email-field.tsx';

interface EmailLinkFormProps {
  onSubmit: (email: string) => void;
  isSending: boolean;
}

/** Asks for a link to sign in, where there are no passwords. */
export function EmailLinkForm({ onSubmit, isSending }: EmailLinkFormProps) {
  const { register, handleSubmit, formState } = useForm({ defaultValues: { email: '' } });
  return (
    <form
      method="post"
      noValidate
      onSubmit={(event) => void handleSubmit(({ email }) => onSubmit(email.trim()))(event)}
      className="grid gap-4"
    >
      <EmailField
        autoFocus
        error={formState.errors.email?.message}
        {...register('email', {
          validate: (email) => email.trim() !== '' || 'Enter your e-mail address.',
        })}
      />
      <Button type="submit" variant="primary" size="lg" pending={isSending} pendingLabel="Sending…">
        <Mail aria-hidden />
        Email me a link
      </Button>
    </form>
  );
}
