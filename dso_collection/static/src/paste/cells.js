/**
 * The values of the cells of a text copied from a spreadsheet: lines of tab-separated cells, a cell
 * with a line break, a tab or a quote in quotes. Each value once, in their order, without the
 * spaces around it.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function parseCells(text) {
    const cells = text.match(/"(?:[^"]|"")*"(?=[\t\r\n]|$)|[^\t\r\n]+/g) || [];
    const values = cells.map((cell) => unquote(cell).replace(/\s+/g, " ").trim());
    return [...new Set(values.filter((value) => value))];
}

function unquote(cell) {
    const isQuoted = cell.length > 1 && cell.startsWith('"') && cell.endsWith('"');
    return isQuoted ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}
