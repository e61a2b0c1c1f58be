import { main } from "../../../tools/live/main";

/** `npm run live` with another address as the service: that one is the first argument. */
const [service = "", ...args] = process.argv.slice(2);
void main(args, { service, interval: 50 });
