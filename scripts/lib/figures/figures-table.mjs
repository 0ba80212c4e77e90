const MARKED = /(<!-- figures -->\n)[\s\S]*?(<!-- \/figures -->)/;

/** The page with the table of these figures between its markers. */
export function withFigures(page, figures) {
  if (!MARKED.test(page)) throw new Error('The page has no place marked for the figures.');
  return page.replace(MARKED, (_, head, end) => `${head}${figuresText(figures)}${end}`);
}

function figuresText({ date, machine, versions, settings, rows }) {
  const lines = rows.map(({ name, value, unit, aim }) => {
    const wanted = aim === undefined ? '' : `≤ ${aim} ${unit}`;
    return `| ${name} | ${value} ${unit} | ${wanted} |`;
  });
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    '| | measured | aim |',
    '|---|---|---|',
    ...lines,
    '',
    `${date}, ${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.system}, load before the run ` +
      `${machine.loadBefore}; ${software.join(', ')}. Orders: ${settings.orders} one after another, after ` +
      `${settings.warmUp} that do not count.`,
    '',
  ].join('\n');
}
