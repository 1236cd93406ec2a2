/**
 * What an expression can refer to. All of it is plain JSON; what is absent is unknown to the expression, so that
 * referring to it is an error. Names are looked up without regard to case.
 */
export interface ExpressionState {
  /** `pipeline().parameters`. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** `pipeline().globalParameters`. */
  readonly globalParameters?: Readonly<Record<string, unknown>>;
  /** `pipeline().libraryVariables`. */
  readonly libraryVariables?: Readonly<Record<string, unknown>>;
  /** `pipeline().RunId` and the like. */
  readonly system?: Readonly<Record<string, unknown>>;
  /** `variables('name')`. */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** `activity('name')`. */
  readonly activities?: Readonly<Record<string, ActivityState>> | ((name: string) => ActivityState | undefined);
  /** `item()`, inside ForEach and Filter. */
  readonly item?: unknown;
  /** `dataset()`: the parameters of the dataset. */
  readonly dataset?: Readonly<Record<string, unknown>>;
  /** `linkedService()`: the parameters of the linked service. */
  readonly linkedService?: Readonly<Record<string, unknown>>;
  /** `trigger()`; its `outputs.body` is `triggerBody()`. */
  readonly trigger?: unknown;
}

export interface ActivityState {
  readonly status?: string;
  readonly output?: unknown;
  readonly error?: unknown;
  readonly [more: string]: unknown;
}
