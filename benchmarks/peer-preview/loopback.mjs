// Loaded before a peer: what would listen to the whole network listens to this machine alone.
import net from "node:net";

const { listen } = net.Server.prototype;

net.Server.prototype.listen = function onThisMachine(port, ...rest) {
  if (typeof port === "number" && typeof rest[0] !== "string") return listen.call(this, port, "127.0.0.1", ...rest);
  if (port !== null && typeof port === "object" && "port" in port) {
    return listen.call(this, { ...port, host: "127.0.0.1" }, ...rest);
  }
  return listen.call(this, port, ...rest);
};
