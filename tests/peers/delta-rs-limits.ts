/** What delta-rs 1.6 does not read, by table feature, with the reason. */
export const DELTA_RS_LIMITS: Readonly<Record<string, string>> = {
  variantType: "It gives a VARIANT in its binary form, as a struct.",
  "variantType-preview": "It gives a VARIANT in its binary form, as a struct.",
  typeWidening: "It refuses the feature.",
  "typeWidening-preview": "It refuses the feature.",
  vacuumProtocolCheck: "It refuses the feature.",
};
