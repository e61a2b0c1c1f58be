/** The Apps of the program: how many it declares, and which of them are planned. */
export class Program {
  private declared = 0;
  private readonly seen = new Set<string>();
  private readonly planned = new Set<string>();

  /** @param declared how many Apps the program has declared so far, counted by the App's constructor */
  meet(urn: string, declared = 0): void {
    this.seen.add(urn);
    this.declared = Math.max(this.declared, declared);
  }

  /** True if lines need a label that identifies their App. */
  get hasSeveral(): boolean {
    return this.declared > 1 || this.seen.size > 1;
  }

  /** Records that the preview of an App is complete. True for the last App of the program. */
  isLastPlanned(urn: string): boolean {
    const before = this.planned.size;
    this.planned.add(urn);
    return this.planned.size > before && this.planned.size === this.declared;
  }
}
