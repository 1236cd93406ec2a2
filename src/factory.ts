export { evaluateExpression } from "./factory/expression/evaluate-expression.ts";
export { runPipeline } from "./factory/run-pipeline.ts";
export { defineFactory, factoryFrom, synthFactory } from "./factory/model/define.ts";
export { loadFactory } from "./factory/model/load.ts";
export { validateFactory } from "./factory/model/validate.ts";
