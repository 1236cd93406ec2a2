/** A DuckDB macro. Several overloads of one name are several entries of `forms`. */
export interface Macro {
  /** `spk_…` */
  readonly name: string;
  readonly forms: readonly { readonly parameters: string; readonly body: string }[];
}

/** `macro("spk_double", "a", "a * 2")`, with more forms as further pairs. An argument is substituted: name it once where you can. */
export function macro(name: string, parameters: string, body: string, ...more: readonly string[]): Macro {
  const forms = [{ parameters, body }];
  for (let index = 0; index + 1 < more.length; index += 2) {
    forms.push({ parameters: more[index] ?? "", body: more[index + 1] ?? "" });
  }
  return { name, forms };
}

/** The statement that installs a macro. */
export function macroSql({ name, forms }: Macro): string {
  return `CREATE OR REPLACE MACRO ${name}${forms.map(({ parameters, body }) => `(${parameters}) AS (${body})`).join(", ")}`;
}
