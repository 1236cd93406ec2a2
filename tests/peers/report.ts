import { messageOf } from "../../src/core/errors.ts";

/** Counts and prints checks as they end. */
export class Report {
  readonly #wanted: RegExp | undefined;
  #passed = 0;
  #failed = 0;
  #skipped = 0;

  constructor(wanted: RegExp | undefined) {
    this.#wanted = wanted;
  }

  wants(what: string): boolean {
    return this.#wanted === undefined || this.#wanted.test(what);
  }

  /** `work` gives what to say of a check that holds, and throws where it does not. */
  async check(what: string, work: () => Promise<string>): Promise<void> {
    if (!this.wants(what)) return;
    try {
      console.log(`ok   ${what}  ${await work()}`);
      this.#passed += 1;
    } catch (error) {
      console.log(`FAIL ${what}  ${messageOf(error)}`);
      this.#failed += 1;
    }
  }

  skip(what: string, why: string): void {
    console.log(`skip ${what}  ${why}`);
    this.#skipped += 1;
  }

  /** The last line. Does everything hold? */
  end(): boolean {
    console.log(`${this.#passed} passed, ${this.#failed} failed, ${this.#skipped} skipped`);
    return this.#failed === 0;
  }
}
