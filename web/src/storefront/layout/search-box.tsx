import { useNavigate, useSearch } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import type { FormEvent } from 'react';
import { CONTROL_CLASS } from '@/components/ui/text-field';

export function SearchBox() {
  const navigate = useNavigate();
  const { q = '', category } = useSearch({ strict: false });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const query = new FormData(event.currentTarget).get('q');
    const wanted = typeof query === 'string' ? query.trim() : '';
    void navigate({
      to: '/',
      search: { ...(category ? { category } : {}), ...(wanted === '' ? {} : { q: wanted }) },
    });
  };
  return (
    <search>
      <form onSubmit={submit} className="relative">
        <Search aria-hidden className="pointer-events-none absolute top-3 left-3 size-5 text-muted" />
        <input
          key={q}
          type="search"
          name="q"
          defaultValue={q}
          maxLength={100}
          enterKeyHint="search"
          aria-label="Search products"
          placeholder="Search products"
          className={`${CONTROL_CLASS} pl-10`}
        />
      </form>
    </search>
  );
}
