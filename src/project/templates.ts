/** The templates of `boathouse init`. */
export const TEMPLATES = ["native", "typescript"] as const;
