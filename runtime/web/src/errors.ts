// The core's failures as classes: the sentence is for the person in front of the app.

/** What a call of the core failed with; `status` is the name of a constant of ssam.h. */
export class SqueezeSamError extends Error {
  constructor(
    message: string,
    readonly status: string,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** A bug in the calling code: a bad size, an unknown constant. */
export class InvalidArgumentError extends SqueezeSamError {}
/** The call makes no sense (yet): a freed object, a crop of an empty mask. */
export class StateError extends SqueezeSamError {}
export class OutOfMemoryError extends SqueezeSamError {}
/** A prediction of this session is under way. */
export class BusyError extends SqueezeSamError {}
/** The prediction was cancelled, or a later one took its place. */
export class CancelledError extends SqueezeSamError {}
/** No pixels, too large, or not the photo of this mask. */
export class PhotoError extends SqueezeSamError {}
/** A click outside the photo, an empty or inverted box. */
export class PromptError extends SqueezeSamError {}
/** The bundle was not trained for this kind of prompt. */
export class PromptUnsupportedError extends SqueezeSamError {}
/** The automatic mask of a photo in which nothing stands out. */
export class NothingStandsOutError extends SqueezeSamError {}
export class BundleError extends SqueezeSamError {}
/** A file is missing or is not the one that the manifest describes. */
export class BundleDamagedError extends BundleError {}
/** The bundle was made by a newer squeezesam-export. */
export class BundleVersionError extends BundleError {}
/** The engine failed, or returned what is not a number. */
export class EngineError extends SqueezeSamError {}
/** A bug in squeezesam. */
export class InternalError extends SqueezeSamError {}

type ErrorClass = new (message: string, status: string) => SqueezeSamError;

const CLASSES: Readonly<Record<string, ErrorClass>> = {
  SSAM_ERROR_INVALID_ARGUMENT: InvalidArgumentError,
  SSAM_ERROR_STATE: StateError,
  SSAM_ERROR_BUFFER_TOO_SMALL: InternalError,
  SSAM_ERROR_OUT_OF_MEMORY: OutOfMemoryError,
  SSAM_ERROR_BUSY: BusyError,
  SSAM_ERROR_CANCELLED: CancelledError,
  SSAM_ERROR_PHOTO: PhotoError,
  SSAM_ERROR_PROMPT: PromptError,
  SSAM_ERROR_PROMPT_UNSUPPORTED: PromptUnsupportedError,
  SSAM_ERROR_NOTHING_STANDS_OUT: NothingStandsOutError,
  SSAM_ERROR_BUNDLE: BundleError,
  SSAM_ERROR_BUNDLE_DAMAGED: BundleDamagedError,
  SSAM_ERROR_BUNDLE_VERSION: BundleVersionError,
  SSAM_ERROR_ENGINE: EngineError,
};

/** The error for a status by its name. */
export function errorOf(status: string, sentence: string): SqueezeSamError {
  return new (CLASSES[status] ?? InternalError)(sentence, status);
}
