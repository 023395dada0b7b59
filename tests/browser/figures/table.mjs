// The table that the figures are printed in.

export function title(text, ...columns) {
  console.log(`\n${[text.padEnd(60), ...columns.map((column) => column.padStart(10))].join('')}`);
}

export function row(name, ...values) {
  console.log(`  ${[name.padEnd(58), ...values.map((value) => String(value).padStart(10))].join('')}`);
}

/** The middle one, which a machine that others use for a moment changes least. */
export function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
