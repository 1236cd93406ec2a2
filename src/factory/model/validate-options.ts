export interface ValidateOptions {
  /** Activities that are not to run, by `activity` or `pipeline/activity`: their type does not matter. */
  readonly mocks?: Readonly<Record<string, unknown>>;
}
