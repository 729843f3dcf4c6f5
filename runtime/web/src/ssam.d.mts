// What runtime/web/build makes beside the compiled wrapper.
declare const loader: (settings?: object) => Promise<unknown>;
export default loader;
