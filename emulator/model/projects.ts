import { isoTime, type Clock } from "../clock";
import { ApiError, badRequest, notFound } from "../errors";
import type { Ids } from "./ids";

export interface Project {
  id: string;
  owner_uuid: string;
  owner_id: number;
  name: string;
  description: string;
  purpose: string;
  environment: string;
  is_default: boolean;
  created_at: string;
  updated_at: string;
}

/** The account's projects; there is always a default one. */
export class Projects {
  private readonly byId = new Map<string, Project>();
  /** Id of the project for apps that name none. */
  defaultId: string;

  /**
   * @param kept stored projects
   * @param changed called after each change
   */
  constructor(
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly owner: string,
    kept: readonly Project[] | undefined,
    private readonly changed: () => void,
  ) {
    for (const project of kept ?? []) this.byId.set(project.id, project);
    this.defaultId =
      kept?.find((project) => project.is_default)?.id ??
      this.add({ name: "first-project", purpose: "Just trying out DigitalOcean" }, true).id;
  }

  list(): Project[] {
    return [...this.byId.values()];
  }

  /** @throws {@link ApiError} 404 */
  get(id: string): Project {
    const project = this.byId.get(id === "default" ? this.defaultId : id);
    if (project === undefined) throw notFound();
    return project;
  }

  create(given: Record<string, unknown>): Project {
    if (typeof given.name !== "string" || given.name === "") throw badRequest("name is required");
    if (this.list().some((project) => project.name === given.name))
      throw badRequest("name is already in use");
    return this.add({ ...given, name: given.name }, false);
  }

  /** @throws {@link ApiError} 400 when the name is taken or not a string, 404 */
  change(id: string, given: Record<string, unknown>): Project {
    const project = this.get(id);
    const { name, is_default: isDefault } = given;
    if (name !== undefined && (typeof name !== "string" || name === "")) throw badRequest("name is required");
    if (this.list().some((other) => other !== project && other.name === name))
      throw badRequest("name is already in use");
    for (const field of ["name", "description", "purpose", "environment"] as const) {
      const value = given[field];
      if (typeof value === "string") project[field] = value;
    }
    if (isDefault === true) {
      for (const other of this.list()) other.is_default = other === project;
      this.defaultId = project.id;
    }
    project.updated_at = isoTime(this.clock.now());
    this.changed();
    return project;
  }

  /** The caller ensures that the project is empty. @throws {@link ApiError} 404, 412 for the default one */
  remove(project: Project): void {
    if (project.id === this.defaultId)
      throw new ApiError(412, "precondition_failed", "cannot delete the default project");
    this.byId.delete(project.id);
    this.changed();
  }

  private add(given: Record<string, unknown> & { name: string }, isDefault: boolean): Project {
    const text = (field: string, otherwise: string): string =>
      typeof given[field] === "string" ? (given[field] as string) : otherwise;
    const now = isoTime(this.clock.now());
    const project: Project = {
      id: this.ids.uuid(),
      owner_uuid: this.owner,
      owner_id: 1,
      name: given.name,
      description: text("description", ""),
      purpose: text("purpose", "Web Application"),
      environment: text("environment", ""),
      is_default: isDefault,
      created_at: now,
      updated_at: now,
    };
    this.byId.set(project.id, project);
    this.changed();
    return project;
  }
}
