/** A response other than 2xx, in the service's format. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly id: string,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export const notFound = (): ApiError =>
  new ApiError(404, "not_found", "The resource you were accessing could not be found.");
export const badRequest = (message: string): ApiError => new ApiError(400, "bad_request", message);
export const unprocessable = (message: string): ApiError =>
  new ApiError(422, "unprocessable_entity", message);
export const conflict = (message: string): ApiError => new ApiError(409, "conflict", message);
export const unauthorized = (): ApiError => new ApiError(401, "unauthorized", "Unable to authenticate you");
export const serverError = (): ApiError => new ApiError(500, "server_error", "Server Error");
/** As published, whatever the name. */
export const nameExists = (): ApiError => conflict("App name already exists");
