'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { trpcClient } from '#components/api/trpc.ts';
import { useMe } from '#components/sessions/use-me.ts';
import { FieldError } from '#components/ui/field.tsx';
import { SearchField } from '#components/ui/search-field.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { agentsKey } from './agents-key.ts';

const most = 8;
const agentsLookedAt = 200;

interface Person {
  id: string;
  name: string;
  email: string;
}

interface OwnerPickerProps {
  /** Who has it now: not offered. */
  except: string;
  value: string;
  error: string | undefined;
  onChoose: (id: string) => void;
}

/** Chooses a person: of all, for those who may see people; else of those who own agents, and oneself. */
export function OwnerPicker({ except, value, error, onChoose }: OwnerPickerProps) {
  const [search, setSearch] = useState('');
  const { people, isPending, seesAll } = usePeople(search);
  const offered = people.filter(({ id }) => id !== except);
  const errorId = useId();
  return (
    <fieldset className="grid gap-2.5">
      <legend className="mb-1.5 font-medium">New owner</legend>
      <SearchField label="Search name or e-mail" value={search} onSearch={setSearch} />
      <div
        role="radiogroup"
        aria-label="New owner"
        aria-invalid={error ? true : undefined}
        aria-describedby={errorId}
        tabIndex={-1}
        className="grid max-h-64 min-h-24 content-start gap-1 overflow-y-auto rounded-control border border-line p-1 outline-none aria-invalid:border-danger"
      >
        {isPending && <Skeleton className="m-2 h-3.5 w-40" />}
        {offered.map((person) => (
          <PersonRadio
            key={person.id}
            person={person}
            isChosen={person.id === value}
            onChoose={() => onChoose(person.id)}
          />
        ))}
        {!isPending && offered.length === 0 && (
          <p className="px-2 py-3 text-center text-sm text-muted">No one matches.</p>
        )}
      </div>
      <div id={errorId} className="text-sm text-muted">
        {error ? (
          <FieldError message={error} />
        ) : (
          !seesAll && 'Those who own agents here, and you. For anyone else, ask an admin.'
        )}
      </div>
    </fieldset>
  );
}

interface PersonRadioProps {
  person: Person;
  isChosen: boolean;
  onChoose: () => void;
}

function PersonRadio({ person: { name, email }, isChosen, onChoose }: PersonRadioProps) {
  return (
    <label className="relative flex items-baseline gap-2 rounded-tag px-2 py-1.5 hover:bg-hover has-checked:bg-accent-soft has-checked:text-accent-ink has-focus-visible:outline-2 has-focus-visible:outline-accent-ink">
      <input
        type="radio"
        name="owner"
        checked={isChosen}
        onChange={onChoose}
        className="absolute inset-0 size-full appearance-none opacity-0"
      />
      <span className="truncate font-medium">{name}</span>
      {email !== name && <span className="truncate text-sm text-faint">{email}</span>}
    </label>
  );
}

function usePeople(search: string) {
  const { data: me } = useMe();
  const seesAll = me?.permissions.includes('users:read') ?? false;
  const all = useQuery({
    queryKey: ['users', 'owner-picker', search],
    queryFn: async ({ signal }) => {
      const input = { status: 'active', limit: most + 1, ...(search && { search }) } as const;
      return (await trpcClient.users.list.query(input, { signal })).items;
    },
    placeholderData: keepPreviousData,
    enabled: seesAll,
  });
  const owners = useQuery({
    queryKey: [...agentsKey, 'owners'],
    queryFn: ({ signal }) => trpcClient.agents.list.query({ limit: agentsLookedAt }, { signal }),
    enabled: me !== undefined && !seesAll,
  });
  if (seesAll) return { seesAll, people: all.data ?? [], isPending: all.isPending };
  const own = me?.user ? [{ id: me.user.id, name: me.user.name, email: me.user.email }] : [];
  const known = (owners.data?.items ?? [])
    .filter(({ owner }) => owner.active)
    .map(({ owner: { id, label } }): Person => ({ id, name: label, email: label }));
  const people = [...new Map([...known, ...own].map((person) => [person.id, person])).values()];
  const wanted = search.trim().toLowerCase();
  return {
    seesAll,
    isPending: owners.isPending,
    people: people.filter(({ name, email }) => `${name} ${email}`.toLowerCase().includes(wanted)),
  };
}
