'use client';
import { Card } from '#components/ui/card.tsx';
import { Field, inputClass } from '#components/ui/field.tsx';

interface TokenFieldProps {
  hasToken: boolean;
  onToken: (token: string) => void;
}

/**
 * A token to try calls with: nowhere is it kept, and leaving the page ends it. Not a controlled field, whose value React
 * writes into the document as an attribute.
 */
export function TokenField({ hasToken, onToken }: TokenFieldProps) {
  return (
    <Card className="px-4 py-4">
      <Field
        label="Try calls with a token"
        className="max-w-140"
        hint={
          hasToken
            ? 'Calls are made with this token. It is not kept: reload the page and it is gone.'
            : 'Left empty, calls are made as you, by your session. What you try is real: it reads and changes this Keyward.'
        }
      >
        {(control) => (
          <input
            {...control}
            type="password"
            placeholder="kw_pat_…"
            autoComplete="off"
            spellCheck={false}
            data-1p-ignore
            onChange={(event) => onToken(event.target.value.trim())}
            className={`${inputClass} font-mono`}
          />
        )}
      </Field>
    </Card>
  );
}
