// The package is the embedder's to install: it is imported only where nobody brings an engine.
declare module "onnxruntime-web/wasm" {
  const ort: import("./onnx.js").OnnxRuntime;
  export const env: typeof ort.env;
  export const InferenceSession: typeof ort.InferenceSession;
  export const Tensor: typeof ort.Tensor;
}
