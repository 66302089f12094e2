export interface Assignment {
  /** Row and column of each pair. */
  readonly pairs: readonly (readonly [row: number, column: number])[];
  readonly unmatchedRows: readonly number[];
  readonly unmatchedColumns: readonly number[];
}

/**
 * Pairs rows with columns, one to one, at the least total cost, where leaving one alone costs `limit`.
 * @param costs Rows of equal length; finite or Infinity. Only pairs cheaper than `limit` are made.
 * @param limit Finite.
 * Source: shortest augmenting paths with potentials, Jonker and Volgenant, Computing 38 (1987); O(rows² · columns).
 */
export function assign(costs: readonly (readonly number[])[], limit: number): Assignment {
  const rowCount = costs.length;
  const columnCount = costs[0]?.length ?? 0;
  // The algorithm wants no more rows than columns.
  const isTurned = rowCount > columnCount;
  const size = isTurned ? columnCount : rowCount;
  const width = isTurned ? rowCount : columnCount;
  // Capped at the limit, a pair that is not wanted costs as much as leaving the row alone, and a free column is always left for it.
  const cost = (row: number, column: number) => Math.min(isTurned ? costs[column]![row]! : costs[row]![column]!, limit);

  // Index 0 of the columns is a virtual one that holds the row being placed; rows count from 1.
  const rowPotential = new Float64Array(size + 1);
  const columnPotential = new Float64Array(width + 1);
  const rowOfColumn = new Int32Array(width + 1);
  const previousColumn = new Int32Array(width + 1);
  for (let row = 1; row <= size; row++) {
    rowOfColumn[0] = row;
    const slack = new Float64Array(width + 1).fill(Infinity);
    const isVisited = new Uint8Array(width + 1);
    let column = 0;
    do {
      isVisited[column] = 1;
      const current = rowOfColumn[column]!;
      let step = Infinity;
      let next = 0;
      for (let j = 1; j <= width; j++) {
        if (isVisited[j]) continue;
        const reduced = cost(current - 1, j - 1) - rowPotential[current]! - columnPotential[j]!;
        if (reduced < slack[j]!) {
          slack[j] = reduced;
          previousColumn[j] = column;
        }
        if (slack[j]! < step) {
          step = slack[j]!;
          next = j;
        }
      }
      for (let j = 0; j <= width; j++) {
        if (isVisited[j]) {
          rowPotential[rowOfColumn[j]!]! += step;
          columnPotential[j]! -= step;
        } else {
          slack[j]! -= step;
        }
      }
      column = next;
    } while (rowOfColumn[column] !== 0);
    while (column !== 0) {
      const from = previousColumn[column]!;
      rowOfColumn[column] = rowOfColumn[from]!;
      column = from;
    }
  }

  const pairs: [number, number][] = [];
  for (let j = 1; j <= width; j++) {
    const row = rowOfColumn[j]! - 1;
    if (row >= 0 && cost(row, j - 1) < limit) pairs.push(isTurned ? [j - 1, row] : [row, j - 1]);
  }
  pairs.sort((a, b) => a[0] - b[0]);
  const matchedRows = new Set(pairs.map(([row]) => row));
  const matchedColumns = new Set(pairs.map(([, column]) => column));
  return {
    pairs,
    unmatchedRows: Array.from({ length: rowCount }, (_, row) => row).filter((row) => !matchedRows.has(row)),
    unmatchedColumns: Array.from({ length: columnCount }, (_, column) => column).filter((column) => !matchedColumns.has(column)),
  };
}
