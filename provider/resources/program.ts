/** The Apps that the process works for: how many the program declares, and which of them are planned. */
export class Program {
  private declared = 0;
  private readonly seen = new Set<string>();
  private readonly planned = new Set<string>();

  /** @param declared how many Apps the program had declared by then, as the App's constructor counts them */
  meet(urn: string, declared = 0): void {
    this.seen.add(urn);
    this.declared = Math.max(this.declared, declared);
  }

  /** Lines of one App are then to be told from those of another. */
  get hasSeveral(): boolean {
    return this.declared > 1 || this.seen.size > 1;
  }

  /** Notes that all is known of an App that a preview says. True for the last App of the program. */
  isLastPlanned(urn: string): boolean {
    const before = this.planned.size;
    this.planned.add(urn);
    return this.planned.size > before && this.planned.size === this.declared;
  }
}
