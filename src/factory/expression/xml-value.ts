/** XML as a value of the expression language: well-formed text. */
export class XmlValue {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
