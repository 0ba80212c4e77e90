/** The text fields of a form by name, trimmed except for passwords. */
export function fieldsOf<Name extends string>(form: HTMLFormElement, ...names: Name[]): Record<Name, string> {
  const data = new FormData(form);
  const fields = {} as Record<Name, string>;
  for (const name of names) {
    const value = data.get(name);
    const text = typeof value === 'string' ? value : '';
    fields[name] = name === 'password' ? text : text.trim();
  }
  return fields;
}
