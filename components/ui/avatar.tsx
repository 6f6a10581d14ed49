const sizes = { sm: 'size-4.5 text-[0.5rem]', md: 'size-7 text-xs', lg: 'size-9 text-sm' };

interface AvatarProps {
  name: string;
  size?: keyof typeof sizes;
}

/** The initials of a name in a circle. They are drawn by the stylesheet, since they are no words to be read out. */
export function Avatar({ name, size = 'md' }: AvatarProps) {
  const words = name.trim().split(/\s+/u);
  const initials = [words[0], words.length > 1 ? words.at(-1) : '']
    .map((word) => Array.from(word ?? '')[0] ?? '')
    .join('');
  return (
    <span
      aria-hidden
      data-initials={initials}
      className={`grid shrink-0 place-items-center rounded-full bg-accent-soft font-semibold text-accent-ink uppercase before:content-[attr(data-initials)] ${sizes[size]}`}
    />
  );
}
