import { Link } from '@tanstack/react-router';
import { classNames } from '@/components/class-names';
import { humanize } from '@/components/format';
import { useCategories, type CatalogueFilter } from './use-products';

export function CategoryBar({ category: chosen, q }: CatalogueFilter) {
  const { data: categories = [] } = useCategories();
  const search = q ? { q } : {};
  return (
    <nav aria-label="Categories" className="-mx-4 overflow-x-auto px-4 py-1 sm:mx-0 sm:px-0">
      <ul className="flex w-max gap-2 sm:w-auto sm:flex-wrap">
        {[undefined, ...categories].map((category) => (
          <li key={category ?? ''}>
            <Link
              to="/"
              search={category ? { ...search, category } : search}
              aria-current={category === chosen ? 'true' : undefined}
              className={classNames(
                'flex min-h-11 items-center rounded-full border px-4 whitespace-nowrap',
                category === chosen
                  ? 'border-accent bg-accent text-on-accent'
                  : 'border-line bg-surface hover:bg-sunken',
              )}
            >
              {category ? humanize(category) : 'Everything'}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
