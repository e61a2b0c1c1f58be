import { ERROR_CODES, FILE_REASONS, type ErrorCode } from "../../provider/error-codes";

const GROUPS = {
  program: "The program and its arguments",
  deployment: "Deployments",
  service: "Responses of the service",
  network: "Network",
} as const;

/** The page of all error codes. Pure. */
export function errorsPage(): string {
  const codes = Object.entries(ERROR_CODES) as [ErrorCode, (typeof ERROR_CODES)[ErrorCode]][];
  const sections = Object.entries(GROUPS).map(([group, title]) => {
    const own = codes.filter(([, explanation]) => explanation.group === group);
    const parts = own.map(
      ([code, { cause, remedy }]) => `### ${code}\n\n${cause}\n\n**What to do:** ${remedy}\n`,
    );
    return `## ${title}\n\n${parts.join("\n")}`;
  });
  const reasons = Object.entries(FILE_REASONS).map(
    ([reason, { cause, remedy }]) => `| \`${reason}\` | ${cause} | ${remedy} |\n`,
  );
  return `${INTRODUCTION}\n${sections.join("\n")}\n${REASONS}${reasons.join("")}`;
}

const INTRODUCTION = `# Error codes

Every error that the package throws on purpose is an \`AppPlatformError\` with a stable \`errorCode\`. Its message says what happened,
where, and what to do next; this page explains the codes in general. Errors of requests are \`ApiError\`s, with the method and path of the
request, the status, the service's message, and the request id that support asks for.

\`\`\`ts
import { AppPlatformError, getApp } from "pulumi-app-platform";

try {
  await getApp("shop");
} catch (error) {
  if (!(error instanceof AppPlatformError) || error.errorCode !== "not-found") throw error;
}
\`\`\`
`;

const REASONS = `## Spec files

An error with the code \`unreadable-file\` has a \`reason\`. \`app-platform validate --json\` prints it as the code.

| reason | cause | what to do |
| --- | --- | --- |
`;
