import { array, FLOAT, type DataType } from "../../core/data-type.ts";
import { aggregate, scalar, type FunctionRow, type Param } from "./function.ts";
import { float } from "./params.ts";

const category = "vector";
const FLOATS = array(FLOAT);
/** ARRAY<FLOAT> as it is; nothing is converted to it, NULL neither. */
const floats: Param = {
  expected: '"ARRAY<FLOAT>"',
  accept: (type: DataType) => (type.kind === "array" && type.element.kind === "float" ? type : undefined),
};

/** Arithmetic on ARRAY<FLOAT>, in double precision with the result rounded to FLOAT, as Spark does. */
export const vectors: readonly FunctionRow[] = [
  scalar(
    "vector_inner_product",
    category,
    { params: [floats, floats], returns: FLOAT, nullable: true },
    "spkjs_vector_pair('inner', $1, $2)",
  ),
  scalar(
    "vector_cosine_similarity",
    category,
    { params: [floats, floats], returns: FLOAT, nullable: true },
    "spkjs_vector_pair('cosine', $1, $2)",
  ),
  scalar(
    "vector_l2_distance",
    category,
    { params: [floats, floats], returns: FLOAT, nullable: true },
    "spkjs_vector_pair('l2', $1, $2)",
  ),
  scalar(
    "vector_norm",
    category,
    { params: [floats], optional: [float], returns: FLOAT, nullable: true },
    ([v = "NULL", degree = "2"]) => `spkjs_vector_norm(${v}, ${degree})`,
  ),
  scalar(
    "vector_normalize",
    category,
    { params: [floats], optional: [float], returns: FLOATS, nullable: true },
    ([v = "NULL", degree = "2"]) => `spkjs_vector_normalize(${v}, ${degree})`,
  ),
  aggregate(
    "vector_sum",
    category,
    { params: [floats], returns: array(FLOAT, false), nullable: true },
    "spkjs_vector_total(list!($1), false)",
  ),
  aggregate(
    "vector_avg",
    category,
    { params: [floats], returns: array(FLOAT, false), nullable: true },
    "spkjs_vector_total(list!($1), true)",
  ),
];
