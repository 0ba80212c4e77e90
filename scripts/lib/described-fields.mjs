const COMMENT = String.raw`/\*\*((?:(?!\*/)[\s\S])*)\*/`;
const FIELD = new RegExp(String.raw`(?:^  ${COMMENT}\n)?^  (?:readonly )?(\w+)\??: ?([^\n]*?)[;,]?$`, 'gm');

/**
 * The fields of an exported interface, or of a zod object, in a TypeScript source: name, type or schema (its first line)
 * and the comment above as one line of Markdown.
 */
export function describedFields(source, owner) {
  const start = new RegExp(String.raw`^export (?:interface|const) ${owner}\b[^\n]*\{$`, 'm').exec(source);
  if (!start) throw new Error(`There is no ${owner}.`);
  const body = source.slice(start.index + start[0].length).split(/^\}/m)[0];
  return [...body.matchAll(FIELD)].map(([, comment, name, type]) => ({
    name,
    type,
    comment: oneLine(comment),
  }));
}

function oneLine(comment) {
  return comment
    ?.replaceAll(/\s*\n\s*\*\s?/g, ' ')
    .replaceAll('|', '\\|')
    .trim();
}
