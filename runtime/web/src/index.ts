// squeezesam on the web: load, open, prompt, predict, export.
export * from "./errors.js";
export { ModelBundle, type BundleInfo, type ProgramInfo, type TensorInfo } from "./bundle.js";
export { Core } from "./core.js";
export { decodePhoto } from "./decode.js";
export type { Engine, Tensor } from "./engines.js";
export type { LoadOptions, Progress } from "./load.js";
export {
  Mask, type Cutout, type CutoutOptions, type PredictOptions, type Ring, type Timings,
} from "./mask.js";
export { onnxEngine, type OnnxRuntime } from "./onnx.js";
export type { Bitmap, Saliency } from "./parts.js";
export type { PackedPhoto, Photo, TwoPlanePhoto } from "./photo.js";
export type { AutomaticClicks, Prompt } from "./prompts.js";
export { Segmenter } from "./segmenter.js";
export { Session } from "./session.js";
